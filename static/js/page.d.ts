// What the forum's own pages have. Never served.

// Whoever subscribes to the connection: it knows how to ask for what it has missed.
interface Subscription {
  ask(): Wire.Watch;
  handle(message: Wire.ServerMessage): void;
}

// A WebSocket, or what behaves like one.
interface LiveSocket extends EventTarget {
  readonly readyState: number;
  send(text: string): void;
  close(): void;
}

type StateEvent = CustomEvent<{ state: Wire.State; again?: boolean }>;
type PageMessageEvent = CustomEvent<Wire.ServerMessage>;

// A text that somebody types, as this browser keeps it.
interface Draft {
  id: string;
  member: string | undefined;
  action: string;
  fields: Record<string, string>;
  base: Record<string, string>;
  at: number;
  attempted: Record<string, string>[]; // what was sent before, and perhaps saved
  server?: { version: number; isAhead: boolean } | null; // the draft on the server when it was kept
  queue?: Queue; // it was sent, and stays in this browser until the forum has answered
}

interface Queue {
  tries: number;
  due: number; // ms since 1970: not to be tried before
  reason?: string; // why it was refused; then it waits for its author
}

interface Queued extends Draft {
  queue: Queue;
}

type Sendable = Pick<Draft, "action" | "member" | "fields" | "attempted">;

// What has become of a form that was sent.
interface Outcome {
  is:
    | "saved"
    | "savedBefore" // with an earlier text
    | "unsaved" // to a question whether it was saved
    | "unreachable" // nobody can say
    | "failed"
    | "signedOut"
    | "another" // is signed in
    | "expired"
    | "refused";
  status: number;
  address?: URL; // of what was saved
  event?: Wire.TopicUpdate | Wire.Heartbeat | null; // about a post
  wait?: number; // seconds
  page?: Document; // of the forum, that says what is wrong
  reason?: string; // the same in a sentence
}

interface LiveTopicElement extends HTMLElement {
  refresh(): void;
  isGone: boolean;
  list: import("./topic/post_list.js").PostList;
  handle?(message: Wire.ServerMessage): void; // once its script has come
}

interface LiveListElement extends HTMLElement {
  has(topic: number): boolean;
}

interface LiveAnnouncementsElement extends HTMLElement {
  show(current: { id: number; html: string }[]): void;
}

interface HTMLElementTagNameMap {
  "live-topic": LiveTopicElement;
  "live-list": LiveListElement;
  "live-announcements": LiveAnnouncementsElement;
}

// The fields of forms that people write in.
interface HTMLFormControlsCollection {
  body: HTMLTextAreaElement;
  csrfmiddlewaretoken: HTMLInputElement;
  token: HTMLInputElement;
  version: HTMLInputElement;
  seen: HTMLInputElement;
  category: HTMLSelectElement;
  // biome-ignore lint/suspicious/noExplicitAny: fields of every kind stand under their names
  [name: string]: any;
}

// All that is looked for on pages is HTML.
interface ParentNode {
  querySelector<K extends keyof HTMLElementTagNameMap>(
    selectors: K,
  ): HTMLElementTagNameMap[K] | null;
  querySelector<E extends Element = HTMLElement>(selectors: string): E | null;
  querySelectorAll<K extends keyof HTMLElementTagNameMap>(
    selectors: K,
  ): NodeListOf<HTMLElementTagNameMap[K]>;
  querySelectorAll<E extends Element = HTMLElement>(selectors: string): NodeListOf<E>;
}

interface Element {
  closest<E extends Element = HTMLElement>(selectors: string): E | null;
}

// What sets timers: a window, or a clock of the tests.
interface Timers {
  // biome-ignore lint/suspicious/noExplicitAny: browsers and Node differ in it
  setTimeout(callback: () => void, wait: number): any;
  // biome-ignore lint/suspicious/noExplicitAny: browsers and Node differ in it
  clearTimeout(timer: any): void;
}
