// @ts-check
// What the page of a reply was opened for, by its address: the post to answer, or a quotation. Until somebody types,
// it stands above any draft, also one that comes after the page: the page before stores it while it is left.

export class OpenedFor {
  #query = new URLSearchParams(location.search);

  /** @param {import("./form_fields.js").FormFields} fields */
  constructor(fields) {
    this.fields = fields;
    const end = () => (this.#query = new URLSearchParams());
    for (const name of ["input", "change"]) fields.form.addEventListener(name, end, { once: true });
  }

  get isQuoting() {
    return this.#query.has("quote");
  }

  /** @param {Record<string, string>} draft */
  over(draft) {
    return { ...draft, ...this.#answered(), ...this.#quoted(draft) };
  }

  /** @returns {Record<string, string>} */
  #answered() {
    const number = this.#query.get("to");
    return number ? { reply_to: number } : {};
  }

  // The form would hold the quotation alone if there were no draft.
  /** @param {Record<string, string>} draft @returns {Record<string, string>} */
  #quoted({ body = "" }) {
    const quotation = this.isQuoting && this.fields.base.body;
    return quotation && !body.includes(quotation)
      ? { body: `${body.trimEnd()}\n\n${quotation}` }
      : {};
  }
}
