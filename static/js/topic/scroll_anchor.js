// @ts-check
// Changes a part of the page without moving the content in view.

const HEADER = 64; // px that the page's header covers
const ANCHORS = "article[id], li[id], header[id]";

export class ScrollAnchor {
  /** @param {HTMLElement} root @param {Pick<Window, "document" | "innerHeight" | "scrollY" | "scrollBy">} view */
  constructor(root, view = window) {
    this.root = root;
    this.view = view;
  }

  /** @param {() => void} change */
  keep(change) {
    const anchor = this.#anchor;
    const before = anchor?.getBoundingClientRect().top;
    change();
    const same =
      anchor &&
      (anchor.isConnected ? anchor : anchor.id && this.view.document.getElementById(anchor.id));
    if (!same) return;
    const moved = same.getBoundingClientRect().top - before;
    if (Math.abs(moved) >= 1) this.view.scrollBy({ top: moved, behavior: "instant" });
  }

  // The element to hold in place: the form that has the focus and scrolls with the page, else the first one in view.
  /** @returns {HTMLElement | null} */
  get #anchor() {
    const form = this.view.document.activeElement?.closest?.("form");
    const isInPage = form && this.root.contains(form) && !form.dataset?.dock;
    if (isInPage && this.#isVisible(form)) return form;
    if (this.view.scrollY === 0) return null; // at the very top, where nobody has begun to read, new rows may push down
    return [...this.root.querySelectorAll(ANCHORS)].find((element) => this.#isVisible(element));
  }

  /** @param {HTMLElement} element */
  #isVisible(element) {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > HEADER && top < this.view.innerHeight;
  }
}
