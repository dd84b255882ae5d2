// @ts-check
// Shares one socket per browser and reader: the tab that holds a Web Lock has it, the others use that
// tab. Without locks (old browsers, plain http) each tab has a socket. Tabs that wait for their next
// attempt are notified when the socket is open.

const ADDRESS = new URL("/ws/", location.href.replace(/^http/, "ws"));
export const TAB = Math.random().toString(36).slice(2);

// The name of the lock and the channel; tabs of different readers never share.
function nameOfShare() {
  return `live ${document.body.dataset.user ?? "guest"}`;
}

export class SharedSocket {
  /** @type {((value?: unknown) => void) | null} */
  #letGo = null;
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** @type {LiveSocket | null} */
  #socket = null;
  /** @type {Promise<import("./tab_leader.js").TabLeader> | null} */
  #serving = null;
  #left = false;
  #alone = !navigator.locks || !window.BroadcastChannel;

  // `wanted` is called when another tab wants a socket now, or has one; `stolen` when another tab has
  // become the leader.
  /** @param {() => void} wanted @param {() => void} stolen */
  constructor(wanted, stolen) {
    this.wanted = wanted;
    this.stolen = stolen;
  }

  // A WebSocket, or an object with the same interface.
  /** @returns {Promise<LiveSocket>} */
  async socket() {
    this.#left = false;
    if (!this.#alone) this.#listen();
    if (!this.#alone && !this.#letGo && !(await this.#lead())) {
      const { TabFollower } = await import("./tab_follower.js");
      return new TabFollower(nameOfShare(), TAB, () => (this.#alone = true));
    }
    this.#socket = new WebSocket(ADDRESS);
    this.#socket.addEventListener("open", () => this.#channel?.postMessage({ to: "waiting" }));
    this.#serving?.then((leader) => leader.use(this.#socket)).catch(() => {});
    return this.#socket;
  }

  leave() {
    this.#left = true;
    this.#serving?.then((leader) => leader.stop()).catch(() => {});
    this.#channel?.close();
    this.#letGo?.();
    this.#channel = this.#letGo = this.#serving = null;
  }

  #listen() {
    if (this.#channel) return;
    this.#channel = new BroadcastChannel(nameOfShare());
    this.#channel.onmessage = ({ data }) => {
      if (data.to === "waiting") this.wanted();
      else if (data.from && this.#letGo) this.#serve(data);
    };
  }

  /** @returns {Promise<boolean>} whether this tab has the lock now */
  #lead() {
    return new Promise((know) => {
      /** @param {Lock | null} lock */
      const hold = (lock) => {
        know(Boolean(lock) && !this.#left);
        if (!lock || this.#left) return null;
        return new Promise((letGo) => (this.#letGo = letGo));
      };
      navigator.locks.request(nameOfShare(), { ifAvailable: true }, hold).catch(() => {
        if (!this.#letGo) return know(false);
        this.leave();
        this.stolen();
      });
    });
  }

  /** @param {Wire.FromTab} data */
  #serve(data) {
    this.#serving ??= import("./tab_leader.js").then(({ TabLeader }) => {
      const leader = new TabLeader(nameOfShare(), TAB, this.#channel, this.wanted);
      if (this.#socket) leader.use(this.#socket);
      return leader;
    });
    this.#serving.then(
      (leader) => leader.handle(data),
      () => {
        this.#serving = null; // the other tab will greet again
      },
    );
  }
}
