// @ts-check
// What became of queued posts that this page has no place for.

// Of topics that this page does not show, or that are there no more.
/** @param {Queued[]} posts @param {(id: string) => void} discard */
export function tellOfRefused(posts, discard) {
  for (const notice of document.querySelectorAll("[data-refused-post]")) {
    if (!posts.some(({ id }) => id === notice.dataset.refusedPost)) notice.remove();
  }
  for (const post of posts) {
    if (!document.querySelector(`[data-refused-post="${post.id}"]`))
      document.getElementById("main").prepend(noticeOf(post, discard));
  }
}

// It was written on a page that is left.
/** @param {Queued} post @param {URL} address */
export function tellOfTopic({ fields }, { href }) {
  const notice = madeNotice("notice--good", "status");
  const link = Object.assign(document.createElement("a"), { className: "link", href });
  link.textContent = fields.title;
  notice.append(document.getElementById("reader").dataset.posted, " ", link);
  document.getElementById("main").prepend(notice);
}

/** @param {string} kind @param {string} role */
function madeNotice(kind, role) {
  const notice = document.createElement("div");
  notice.className = `notice ${kind} notice--alone waiting__notice`;
  notice.setAttribute("role", role);
  return notice;
}

/** @param {Queued} post @param {(id: string) => void} discard */
function noticeOf(post, discard) {
  const words = document.getElementById("reader").dataset;
  const notice = madeNotice("notice--warning", "alert");
  notice.dataset.refusedPost = post.id;
  const link = Object.assign(document.createElement("a"), {
    className: "link",
    href: post.action
      .replace("replies/", "")
      .replace("update/", "edit/")
      .replace("create/", "new/"),
  });
  link.textContent = words.notPosted;
  const text = Object.assign(document.createElement("pre"), {
    className: "source",
    tabIndex: 0,
    dir: "auto",
  });
  text.textContent = textOf(post);
  const button = Object.assign(document.createElement("button"), {
    className: "chip",
    type: "button",
  });
  button.textContent = words.discard;
  button.addEventListener("click", () => discard(post.id));
  notice.append(link, text, button);
  return notice;
}

/** @param {Queued} post */
export function textOf({ fields: { title, body } }) {
  return [title, body].filter(Boolean).join("\n\n");
}
