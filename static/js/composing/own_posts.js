// @ts-check
// What this reader has sent, in the topic on show.

// Passes on what came of a post that was sent: its event, as all open pages get it, or the number of
// its change. Returns whether the post is on this page.
/** @param {LiveTopicElement | null} topic @param {Outcome} outcome @param {boolean} isWritten just now: then it is scrolled into view */
export function takePost(topic, { event, address }, isWritten = false) {
  if (!event || !topic?.handle || topic.isGone || !isIn(topic, address)) return false;
  topic.handle(event);
  const number = Number(address.hash.replace("#post-", ""));
  const isHere = number >= Number(topic.dataset.first) && number <= Number(topic.dataset.last);
  if (isHere && isWritten) bringIntoView(topic, number);
  return isHere;
}

/** @param {LiveTopicElement} topic @param {URL} address */
function isIn(topic, { pathname }) {
  return new RegExp(`^/t/${topic.dataset.topic}\\b`).test(pathname);
}

// As soon as it is there: where others have to come first, they are asked for.
/** @param {LiveTopicElement} topic @param {number} number */
function bringIntoView(topic, number) {
  const show = () => {
    const post = topic.querySelector(`#post-${number}`);
    if (!post) return false;
    topic.list.insertWaiting();
    requestAnimationFrame(() => post.scrollIntoView({ block: "nearest", behavior: "instant" }));
    return true;
  };
  if (show()) return;
  const observer = new MutationObserver(() => show() && observer.disconnect());
  observer.observe(topic.querySelector("#posts"), { childList: true });
}
