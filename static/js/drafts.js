// What somebody writes survives a closed tab: kept in this browser, by member and form, until it has been sent.

const PAUSE = 400; // ms without a key before the draft is kept
const SENT = "draft being sent";

export class Draft {
  constructor(form) {
    const version = form.elements.version?.value ?? "";
    this.isEdit = Boolean(version);
    this.key = `draft ${document.body.dataset.user} ${new URL(form.action).pathname} ${version}`;
  }

  // What belongs into the textarea, given what the server put there.
  restored(given) {
    const draft = localStorage.getItem(this.key);
    if (!draft || given.includes(draft)) return given;
    if (this.isEdit || !given) return draft;
    return `${draft.trimEnd()}\n\n${given}`; // an unfinished reply, and a quote that was asked for now
  }

  keep(text, done) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#write(text, done), PAUSE);
  }

  sending(text) {
    clearTimeout(this.timer);
    this.#write(text);
    sessionStorage.setItem(SENT, JSON.stringify({ key: this.key, from: location.href.split("#")[0] }));
  }

  notSent() {
    sessionStorage.removeItem(SENT);
  }

  #write(text, done) {
    if (!text.trim()) return localStorage.removeItem(this.key);
    try {
      localStorage.setItem(this.key, text);
      done?.();
    } catch {
      // Full or forbidden: then nothing is promised, and nothing said.
    }
  }
}

// A form that was saved leads straight on by a redirect; one that was refused, or lost on the way, does not.
export function settleSent() {
  const sent = JSON.parse(sessionStorage.getItem(SENT) ?? "null");
  sessionStorage.removeItem(SENT);
  const [visit] = performance.getEntriesByType("navigation");
  const saved = sent && visit?.type === "navigate" && visit.redirectCount > 0 && document.referrer === sent.from;
  if (saved) localStorage.removeItem(sent.key);
}
