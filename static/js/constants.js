// @ts-check
// Constants that the server needs, too. Change them in Python, then generate this file with
// python -m tests.support.constants

// posts on one page of a topic
export const POSTS_ON_PAGE = 20;

// topics in one request for readings
export const MOST_READINGS = 200;

// close code: reconnect soon and watch everything again
export const RESYNC = 4001;

// close codes: the same, at a random moment, as all pages reconnect
export const RESTARTING = [1012, 1013];

// seconds between two heartbeats, at most
export const HEARTBEAT = 25;

// seconds of a long poll; proxies often give up after 30
export const LONGEST_WAIT = 25;

// seconds that a writing mark lasts unless renewed
export const WRITING_LASTS = 6;

// topics that one socket may watch
export const TOPICS_ON_SOCKET = 50;

// rate limit of a socket, on average
export const MESSAGES_A_SECOND = 5;

// rate limit of a socket, in one burst
export const MESSAGES_AT_ONCE = 20;
