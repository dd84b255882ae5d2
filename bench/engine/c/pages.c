// Many open pages in one process: opens the sockets, says what each page watches, and notes when it hears what.
//
//   pages ws|sio PORT PATH COUNT COOKIES WATCHES TOPICS
//
// COOKIES and WATCHES are files with a line per member and a line per message ("-" for none); TOPICS is how many topic
// ids to keep heads of. Prints a line of JSON when all pages are open. Then stdin says "wait K" (all pages should have K
// timed events: prints when they do), "heads" (prints the smallest head of each topic over all pages, and frames) or
// "end" (prints how long events took). An event is timed if "t0":"…" stands near its beginning: CLOCK_MONOTONIC in ns.
//
// It looks for news every 0.3 ms and does not sleep in epoll, so that waking it is not billed to the server.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { AT_ONCE = 64, MOST_EVENTS = 4000, PER_ADDRESS = 40, PATIENCE = 60 };
enum { CONNECTING, SHAKING_HANDS, ANSWERED, OPEN, GONE };

typedef struct {
  int fd, state, answers, events, frames;
  size_t have, room;
  char *text;  // what has been read of a frame, with its head
  int *heads;
} Page;

static int is_sio, port, count, topics, watch_count, cookie_count, opened, gone, begun, pending, poller;
static char *path, **cookies, **watches;
static Page *pages;
static uint64_t *delays, delays_count, slowest[MOST_EVENTS];

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static char **lines_of(const char *name, int *number) {
  char **lines = NULL, *line = NULL;
  size_t room = 0;
  FILE *file = strcmp(name, "-") ? fopen(name, "r") : NULL;
  for (*number = 0; file && getline(&line, &room, file) > 0; ++*number) {
    line[strcspn(line, "\n")] = 0;
    lines = realloc(lines, (*number + 1) * sizeof *lines);
    lines[*number] = strdup(line);
  }
  return lines;
}

static void say(Page *page, const char *text) {  // masked with zeros
  size_t size = strlen(text), head = size < 126 ? 6 : 8;
  char *frame = calloc(1, head + size);
  frame[0] = (char)0x81;
  if (size < 126) frame[1] = (char)(0x80 | size);
  else frame[1] = (char)(0x80 | 126), frame[2] = (char)(size >> 8), frame[3] = (char)size;
  memcpy(frame + head, text, size);
  if (write(page->fd, frame, head + size) < 0) perror("write");
  free(frame);
}

static void poll_for(Page *page, int events, int operation) {
  struct epoll_event event = {events, {.u32 = page - pages}};
  epoll_ctl(poller, operation, page->fd, &event);
}

static void visit(Page *page) {
  int number = page - pages, one = 1;
  struct sockaddr_in here = {.sin_family = AF_INET}, there = here;
  page->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(page->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  here.sin_addr.s_addr = htonl(0x7f010001 + number / PER_ADDRESS);
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK), there.sin_port = htons(port);
  bind(page->fd, (void *)&here, sizeof here);
  connect(page->fd, (void *)&there, sizeof there);
  poll_for(page, EPOLLOUT, EPOLL_CTL_ADD);
  pending++;
}

static void leave(Page *page, const char *why) {
  if (gone++ < 3) fprintf(stderr, "page %ld has gone: %s\n", (long)(page - pages), why);
  if (page->state < OPEN) pending--;
  page->state = GONE;
  close(page->fd);
}

static void shake_hands(Page *page) {
  char request[2048];
  const char *cookie = cookie_count ? cookies[(page - pages) % cookie_count] : "";
  int size = snprintf(request, sizeof request,
      "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
      "Accept-Language: en-US,en;q=0.5\r\n%s%s%s\r\n",
      path, port, port, *cookie ? "Cookie: sessionid=" : "", cookie, *cookie ? "\r\n" : "");
  if (write(page->fd, request, size) != size) return leave(page, strerror(errno));
  page->state = SHAKING_HANDS;
  poll_for(page, EPOLLIN, EPOLL_CTL_MOD);
}

static void is_open(Page *page) {
  page->state = OPEN, opened++, pending--;
}

static void keep_heads(Page *page, const char *text, size_t size) {
  const char *end = text + size, *at = text;
  while ((at = memmem(at, end - at, "\"topic\":", 8))) {
    int topic = atoi(at += 8);
    const char *change = memmem(at, end - at < 60 ? end - at : 60, "\"change\":", 9);
    if (change && topic <= topics && atoi(change + 9) > page->heads[topic]) page->heads[topic] = atoi(change + 9);
  }
}

static void hear(Page *page, char *text, size_t size, uint64_t at) {
  if (is_sio) {
    if (*text == '0') say(page, "40");
    else if (*text == '2') say(page, "3");
    else if (size > 1 && !strncmp(text, "40", 2)) is_open(page);
  } else if (size > 20 && !strncmp(text, "{\"type\":\"heartbeat\"", 19)) {
    say(page, "{\"type\":\"pong\"}");
    return;
  }
  char *t0 = memmem(text, size < 120 ? size : 120, "\"t0\":", 5);
  if (t0 && page->events < MOST_EVENTS) {
    uint64_t delay = at - strtoull(t0 + 5 + strspn(t0 + 5, " \""), NULL, 10);
    if (delay > slowest[page->events]) slowest[page->events] = delay;
    delays[delays_count++ % ((uint64_t)MOST_EVENTS * 1000)] = delay;
    page->events++;
  } else if (page->state == ANSWERED && !is_sio && ++page->answers >= watch_count) is_open(page);
  if (page->state == OPEN) page->frames++;
  if (topics) keep_heads(page, text, size);
}

static size_t frame_in(Page *page, uint64_t at) {  // bytes of the first whole frame, 0 while it is not
  unsigned char *head = (unsigned char *)page->text;
  if (page->have < 2) return 0;
  size_t size = head[1] & 127, start = size < 126 ? 2 : size == 126 ? 4 : 10;
  if (page->have < start) return 0;
  if (start == 4) size = head[2] << 8 | head[3];
  if (start == 10) size = (size_t)head[6] << 24 | head[7] << 16 | head[8] << 8 | head[9];
  if (page->have < start + size) return 0;
  if ((head[0] & 15) == 1) hear(page, page->text + start, size, at);
  else if ((head[0] & 15) == 9) write(page->fd, "\x8a\x80\0\0\0\0", 6);
  else if ((head[0] & 15) == 8) leave(page, "closed");
  return start + size;
}

static void forget(Page *page, size_t size) {
  page->have -= size;
  memmove(page->text, page->text + size, page->have);
}

static void take(Page *page) {
  if (page->room - page->have < 16384) page->text = realloc(page->text, page->room += 16384);
  ssize_t size = read(page->fd, page->text + page->have, page->room - page->have);
  uint64_t at = now();
  if (size <= 0) {
    if (size == 0 || errno != EAGAIN) leave(page, size ? strerror(errno) : "end");
    return;
  }
  page->have += size;
  if (page->state == SHAKING_HANDS) {
    char *end = memmem(page->text, page->have, "\r\n\r\n", 4);
    if (!end) return;
    if (strncmp(page->text + 9, "101", 3)) return leave(page, "refused");
    forget(page, end + 4 - page->text);
    page->state = ANSWERED;
    for (int number = 0; number < watch_count; number++) say(page, watches[number]);
    if (!watch_count && !is_sio) is_open(page);
  }
  for (size_t frame; page->state != GONE && (frame = frame_in(page, at));) forget(page, frame);
  if (!page->have && page->state != GONE) free(page->text), page->text = NULL, page->room = 0;
}

static void turn(void) {
  struct epoll_event events[512];
  int number = epoll_wait(poller, events, 512, 0);
  if (!number) usleep(300);
  for (int n = 0; n < number; n++) {
    Page *page = &pages[events[n].data.u32];
    if (page->state == CONNECTING) shake_hands(page);
    else if (page->state != GONE) take(page);
  }
}

static int smaller(const void *a, const void *b) {
  uint64_t x = *(uint64_t *)a, y = *(uint64_t *)b;
  return x < y ? -1 : x > y;
}

static void wait_for(int events) {
  int missing = count;
  for (uint64_t end = now() + PATIENCE * 1000000000ull; missing && now() < end;) {
    turn();
    missing = 0;
    for (int n = 0; n < count; n++) missing += pages[n].state == OPEN && pages[n].events < events;
  }
  printf("{\"missing\": %d, \"gone\": %d}\n", missing, gone);
}

static void tell_heads(void) {
  long frames = 0, most = 0;
  for (int n = 0; n < count; n++) frames += pages[n].frames, most = pages[n].frames > most ? pages[n].frames : most;
  printf("{\"gone\": %d, \"frames\": %ld, \"most\": %ld, \"heads\": [0", gone, frames, most);
  for (int topic = 1; topic <= topics; topic++) {
    int head = pages[0].heads[topic];
    for (int n = 1; n < count; n++) head = pages[n].heads[topic] < head ? pages[n].heads[topic] : head;
    printf(", %d", head);
  }
  printf("]}\n");
  for (int n = 0; n < count; n++) pages[n].frames = 0;
}

static void tell_delays(void) {
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  qsort(delays, delays_count, sizeof *delays, smaller);
  uint64_t worst = 0;
  for (int n = 0; n < MOST_EVENTS; n++) worst = slowest[n] > worst ? slowest[n] : worst;
  double p50 = delays_count ? delays[delays_count / 2] / 1e6 : 0, p99 = delays_count ? delays[delays_count * 99 / 100] / 1e6 : 0;
  printf("{\"heard\": %lu, \"gone\": %d, \"p50\": %.3f, \"p99\": %.3f, \"slowest\": %.3f}\n", (unsigned long)delays_count, gone,
         p50, p99, worst / 1e6);
}

static int has_said(char *line, int size) {
  fd_set input;
  struct timeval none = {0, 0};
  FD_ZERO(&input);
  FD_SET(0, &input);
  if (select(1, &input, NULL, NULL, &none) <= 0) return 0;
  if (!fgets(line, size, stdin)) exit(1);  // who measured has gone
  return 1;
}

int main(int arguments, char **given) {
  if (arguments != 8) return fprintf(stderr, "pages ws|sio PORT PATH COUNT COOKIES WATCHES TOPICS\n"), 2;
  is_sio = !strcmp(given[1], "sio"), port = atoi(given[2]), path = given[3], count = atoi(given[4]);
  cookies = lines_of(given[5], &cookie_count), watches = lines_of(given[6], &watch_count), topics = atoi(given[7]);
  pages = calloc(count, sizeof *pages), delays = malloc((uint64_t)MOST_EVENTS * 1000 * sizeof *delays);
  poller = epoll_create1(0);
  for (int n = 0; n < count; n++) pages[n].heads = calloc(topics + 1, sizeof(int));
  setvbuf(stdin, NULL, _IONBF, 0);
  setvbuf(stdout, NULL, _IOLBF, 0);

  uint64_t start = now();
  for (char line[64]; opened + gone < count && now() - start < 2 * PATIENCE * 1000000000ull; has_said(line, sizeof line)) {
    while (begun < count && pending < AT_ONCE) visit(&pages[begun++]);
    turn();
  }
  printf("{\"open\": %d, \"gone\": %d, \"seconds\": %.3f}\n", opened, gone, (now() - start) / 1e9);

  for (char line[64];; turn()) {
    if (!has_said(line, sizeof line)) continue;
    if (!strncmp(line, "wait ", 5)) wait_for(atoi(line + 5));
    else if (!strncmp(line, "heads", 5)) tell_heads();
    else break;
  }
  tell_delays();
  return 0;
}
