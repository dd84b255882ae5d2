import assert from "node:assert/strict";
import test from "node:test";
import { ScrollAnchor } from "../../static/js/topic/scroll_anchor.js";

// A window of 600 px with posts of 300 px in it, scrolled so that the first begins at `top`.
class View {
  innerHeight = 600;
  scrolled = [];
  focused = null;

  constructor(top, scrollY) {
    this.scrollY = scrollY;
    this.posts = [0, 1, 2].map((place) => this.#box(`post-${place + 1}`, () => top + 300 * place));
    this.form = this.#box("reply", () => top + 900);
    this.document = {
      getElementById: (id) => this.posts.find((post) => post.id === id),
      activeElement: null,
    };
    this.root = { querySelectorAll: () => this.posts, contains: () => true };
  }

  scrollBy({ top }) {
    this.scrolled.push(top);
  }

  focus() {
    this.document.activeElement = { closest: () => this.form };
  }

  #box(id, place) {
    const box = { id, moved: 0, isConnected: true };
    box.getBoundingClientRect = () => ({
      top: place() + box.moved,
      bottom: place() + box.moved + 300,
    });
    return box;
  }
}

const push = (boxes, by) => () => boxes.forEach((box) => (box.moved += by));

test("the first element in view stays in place", () => {
  const view = new View(-350, 350); // post 2 is the first below the header
  new ScrollAnchor(view.root, view).keep(push(view.posts.slice(1), 120));

  assert.deepEqual(view.scrolled, [120]);
});

test("changes below it move nothing", () => {
  const view = new View(-350, 350);
  new ScrollAnchor(view.root, view).keep(push(view.posts.slice(2), 120));

  assert.deepEqual(view.scrolled, []);
});

test("an element behind the header is not in view", () => {
  const view = new View(-250, 250); // post 1 ends 50 px below the top, the header at 64
  new ScrollAnchor(view.root, view).keep(push(view.posts.slice(1), 10));

  assert.deepEqual(view.scrolled, [10]);
});

test("at the very top new rows may push down", () => {
  const view = new View(100, 0);
  new ScrollAnchor(view.root, view).keep(push(view.posts, 120));

  assert.deepEqual(view.scrolled, []);
});

test("the focused form comes before everything else", () => {
  const view = new View(-600, 600);
  view.focus();
  new ScrollAnchor(view.root, view).keep(push([view.form], 80));

  assert.deepEqual(view.scrolled, [80]);
});

test("a replaced post is found by its id", () => {
  const view = new View(-350, 350);
  const [, old] = view.posts;
  new ScrollAnchor(view.root, view).keep(() => {
    old.isConnected = false;
    view.posts[1] = {
      ...old,
      isConnected: true,
      getBoundingClientRect: () => ({ top: 0, bottom: 300 }),
    };
  });

  assert.deepEqual(view.scrolled, [50]);
});
