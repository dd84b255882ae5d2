// @ts-check
// The numbers that the server needs, too. Change them in Python, and write this file by
// python -m tests.support.constants

// of a topic
export const POSTS_ON_PAGE = 20;

// topics in one question
export const MOST_READINGS = 200;

// close code: ask for everything anew, soon
export const COME_BACK = 4001;

// close codes: the same, at a moment of one's own
export const ALL_COME_BACK = [1012, 1013];

// seconds, at most, between two
export const HEARTBEAT = 25;

// seconds of a long poll; proxies often give up after 30
export const LONGEST_WAIT = 25;

// seconds, unless somebody goes on
export const WRITING_LASTS = 6;

// that it may watch
export const TOPICS_ON_SOCKET = 50;

// over a socket, and
export const MESSAGES_A_SECOND = 5;

// after a pause
export const MESSAGES_AT_ONCE = 20;
