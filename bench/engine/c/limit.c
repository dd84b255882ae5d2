// What a machine can do at best: one thread that sends a ready frame to every socket, one system call for each.
//
//   limit PORT FILE      FILE holds the event; each line on stdin sends it once, with the time in its "t0"
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 65536 };
static const char *WELCOME =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static char is_page[MOST], frame[8192];
static int sockets[MOST], count, size, poller;

static void poll_for(int fd) {
  struct epoll_event event = {EPOLLIN, {.fd = fd}};
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static void read_event(const char *name) {
  FILE *file = fopen(name, "r");
  int length = fread(frame + 4, 1, sizeof frame - 4, file);
  frame[0] = (char)0x81, frame[1] = 126, frame[2] = (char)(length >> 8), frame[3] = (char)length;
  size = length + 4;
}

static void publish(void) {
  struct timespec time;
  char digits[32], *t0 = memmem(frame, size, "\"t0\":\"", 6);
  clock_gettime(CLOCK_MONOTONIC, &time);
  snprintf(digits, sizeof digits, "%020llu", time.tv_sec * 1000000000ull + time.tv_nsec);
  memcpy(t0 + 6, digits, 20);
  for (int n = 0; n < count; n++) send(sockets[n], frame, size, MSG_NOSIGNAL);
}

static void welcome(int listener) {
  for (int fd, one = 1; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0; poll_for(fd), is_page[fd] = 0)
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void take(int fd) {
  char text[4096];
  if (read(fd, text, sizeof text) <= 0) {
    if (is_page[fd]) exit(0);  // the measurement is over
    close(fd);
    return;
  }
  if (is_page[fd]) return;
  is_page[fd] = 1, sockets[count++] = fd;
  if (write(fd, WELCOME, strlen(WELCOME)) < 0) perror("welcome");
}

int main(int arguments, char **given) {
  if (arguments != 3) return fprintf(stderr, "limit PORT FILE\n"), 2;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(given[1]))};
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (void *)&here, sizeof here) || listen(listener, 4096)) return perror("listen"), 1;
  read_event(given[2]);
  setvbuf(stdin, NULL, _IONBF, 0);
  poller = epoll_create1(0);
  poll_for(listener), poll_for(0);
  for (struct epoll_event events[256];;) {
    int number = epoll_wait(poller, events, 256, -1);
    for (int n = 0; n < number; n++) {
      int fd = events[n].data.fd;
      char line[16];
      if (fd == listener) welcome(listener);
      else if (fd) take(fd);
      else if (fgets(line, sizeof line, stdin)) publish();
      else return 0;
    }
  }
}
