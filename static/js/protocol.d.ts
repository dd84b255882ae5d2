// The messages on the wire, as defined in realtime/protocol/ and docs/realtime.md. Never served.

declare namespace Wire {
  type Epoch = string; // a topic's numbers are comparable only within the same epoch
  type ListName = string; // "latest", "category:5" or "tag:7"
  type State = "connecting" | "live" | "waiting" | "polling" | "reconnecting" | "offline"; // of the page's connection

  // --- What the server sends (realtime/protocol/events.py, realtime/catchup/changes.py) ---

  interface Update {
    type: "post_update";
    kind:
      | "created"
      | "edited"
      | "hidden"
      | "restored"
      | "answered"
      | "reacted"
      | "polled"
      | "solved"
      | "accepted"
      | "pictures"
      | "wiki"
      | "renamed"
      | "closed"
      | "opened"
      | "pinned"
      | "unpinned"
      | "moved"
      | "tagged"
      | "header";
    topic: number;
    epoch: Epoch;
    change: number;
    since?: number; // it stands for all changes after this one
    last: number; // the number of the topic's last post
    at: string; // ISO 8601, UTC
    for?: string; // repeated from the request
    header?: string;
    row?: string | null;
    lists?: ListName[];
    title?: string;
    url?: string;
    post?: Post;
  }

  interface Post {
    id: number;
    number: number;
    author_id: number;
    author?: string; // for pages that show the topic, like
    html?: string;
  }

  // For pages that show the topic.
  interface TopicUpdate extends Update {
    header: string; // HTML
    post?: Required<Post>;
  }

  // For pages that show a list; null if the topic has left it. `lists` has the names of those that it is in.
  interface RowUpdate extends Update {
    row: string | null;
    lists?: ListName[];
  }

  // For all other pages.
  interface ElsewhereUpdate extends Update {
    title: string;
    url: string;
  }

  interface Changes {
    type: "changes";
    for?: string;
    topic: number;
    epoch: Epoch;
    since: number;
    change: number;
    events: TopicUpdate[];
    more: boolean;
    writable?: boolean; // not over GET /t/12/changes
  }

  interface Reload {
    type: "reload";
    for?: string;
    topic: number;
    epoch: Epoch;
    change: number;
  }

  interface Gone {
    type: "gone";
    for?: string;
    topic?: number;
    list?: ListName;
  }

  interface Again {
    type: "again";
    for?: string;
    topic: number;
  }

  interface Rows {
    type: "rows";
    for?: string;
    list: ListName;
    rows: RowUpdate[];
    gone: number[];
    top: number[];
  }

  interface News {
    type: "news";
    for?: string;
    count: number; // 99 means 99 or more
    newest: number;
    reader: string; // "7.5f1c02d9ab31": identifies the reader and their categories
  }

  interface PersonalUpdate {
    type: "personal_update";
    for?: string;
    member: number;
    epoch: Epoch;
    change: number;
    kind: string;
    key: string;
    data: unknown; // by its kind; null: it is gone
  }

  interface PersonalChanges {
    type: "changes";
    for?: string;
    member: number;
    epoch: Epoch;
    since: number;
    change: number;
    events: PersonalUpdate[];
    more: boolean;
  }

  interface PersonalReload {
    type: "reload";
    for?: string;
    member: number;
    epoch: Epoch;
    change: number;
  }

  interface MemberGone {
    type: "gone";
    for?: string;
    member: number;
  }

  interface Heartbeat {
    type: "heartbeat";
    for?: string;
    topics: Record<string, Head>;
    members?: Record<string, Head>; // for pages that watch what is personal
  }

  type Head = [epoch: Epoch, change: number];

  interface Batch {
    type: "batch";
    for?: string;
    events: Update[];
  }

  interface Presence {
    type: "presence";
    for?: string;
    topic: number;
    members: number;
    guests: number;
    faces: string;
  }

  interface Online {
    type: "online";
    for?: string;
    members: number;
    guests: number;
  }

  interface Writing {
    type: "writing";
    for?: string;
    topics: Record<string, Writer[]>;
  }

  type Writer = [member: number, name: string];

  interface Announcements {
    type: "announcements";
    for?: string;
    current: { id: number; html: string }[];
  }

  interface Failure {
    type: "error";
    for?: string;
    message: string;
  }

  type ServerMessage =
    | Update
    | Changes
    | Reload
    | Gone
    | Again
    | Rows
    | News
    | PersonalUpdate
    | PersonalChanges
    | PersonalReload
    | MemberGone
    | Heartbeat
    | Batch
    | Presence
    | Online
    | Writing
    | Announcements
    | Failure;

  // --- What a page sends (realtime/protocol/messages.py); answers repeat the optional `for` ---

  type WatchTopic = { type: "watch"; topic: number; epoch: Epoch; change: number };
  type WatchList = { type: "watch"; list: ListName; rows?: string }; // rows: "12:41,13:5"
  type WatchNews = { type: "watch"; news: number | "now"; topic?: number; list?: ListName };
  type WatchMember = { type: "watch"; member: number; epoch: Epoch; change: number };
  type Watch = WatchTopic | WatchList | WatchNews | WatchMember;

  type ClientMessage =
    | Watch
    | { type: "unwatch"; topic: number }
    | { type: "seen"; topic: number; number: number }
    | { type: "typing"; topic: number }
    | { type: "pong" };

  // --- Between the tabs that share a socket ---

  type FromTab = { from: string; type: "hello" | "say"; text?: string };
  type ToTabs = {
    to: string;
    type?: "open" | "wait" | "full" | "message" | "close";
    text?: string;
    code?: number;
  };
}
