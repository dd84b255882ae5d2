// @ts-check
// Restores what was typed into a form before: on a page that was left, or that is back from the back/forward cache.

import { isEqual, wasSaved } from "./answers.js";
import { remove } from "./drafts.js";
import { texts } from "./form_fields.js";

export class Restoring {
  /** @param {import("./written_form.js").WrittenForm} written */
  constructor(written) {
    this.written = written;
  }

  // One form at a time: a restarted browser opens many tabs at once, and each draft belongs to one.
  begin() {
    const begin = () => this.#restoreNewest().catch(() => {}); // without storage the form still works
    return navigator.locks
      ? navigator.locks.request(`drafts of ${this.#fields.action}`, begin).catch(() => {})
      : begin();
  }

  // After the back/forward cache: the text may have been continued, or sent, on a page in between.
  async resume() {
    const { record } = this.written;
    const { token } = this.#fields.form.elements;
    const drafts = await record.others().catch(() => /** @type {Draft[]} */ ([]));
    const newer = drafts.find(
      ({ fields, at }) => token && fields.token === token.value && at > record.savedAt,
    );
    if (newer) this.#restore(newer);
    else if (this.#fields.isWritten && (await record.wasSaved())) this.written.renew();
  }

  get #fields() {
    return this.written.fields;
  }

  get #server() {
    return this.written.server;
  }

  /** @returns {Promise<void>} */
  async #restoreNewest() {
    const given = JSON.stringify(this.#fields.all);
    const draft = await this.#newest();
    if (draft && given === JSON.stringify(this.#fields.all)) await this.#restore(draft);
  }

  // The newest draft for this form that no other tab shows and that was not posted meanwhile.
  /** @returns {Promise<Draft | null>} */
  async #newest() {
    const drafts = await this.written.record.others();
    const same = drafts.find((draft) => this.#isShown(draft));
    if (same) return same; // the server has returned the form with this text
    if (this.#fields.isWritten && !this.#server?.isShown) return null;
    for (const draft of drafts.filter((one) => this.#takes(one))) {
      const isElsewhere = this.#server && draft.server && !draft.server.isAhead; // the server has it, or it is gone
      if (!isElsewhere && !(await wasSaved(draft))) return draft;
      await remove(draft.id);
    }
    return null;
  }

  // Never replaces a text that came with the form, unless that is a quotation. A draft of a topic is
  // only for its own category.
  /** @param {Draft} draft */
  #takes({ fields }) {
    const { category, version, seen } = this.#fields.form.elements;
    if (category?.value && fields.category && category.value !== fields.category) return false;
    if (this.#server?.draft.version) return true;
    return (
      Boolean(version ?? seen) ||
      this.#fields.typed.every(({ value }) => !value) ||
      this.#fields.openedFor.isQuoting
    );
  }

  // The server knows which text was typed last; where it can't be asked, what it said is the older one by its own time.
  /** @param {Draft} draft */
  async #restore(draft) {
    const { id, fields, base, attempted, at, server } = draft;
    if (this.#server?.draft.version && !this.#isShown(draft)) {
      if (await this.#server.draft.offer(fields, server?.version ?? 0, at)) {
        await remove(id);
        return;
      }
      if (this.#server.typedAt > at) return;
    }
    const isShown = this.#isShown(draft);
    if (!isShown) this.#fields.fill(this.#fields.openedFor.over(fields));
    this.#fields.base = base;
    this.written.record.attempted = attempted ?? [];
    if (!isShown) {
      this.written.say("restored");
      this.#server?.draft.changed();
    }
    await this.written.save({ former: id });
  }

  /** @param {Draft} draft */
  #isShown({ fields }) {
    return isEqual(texts(fields), texts(this.#fields.all));
  }
}
