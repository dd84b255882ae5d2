// @ts-check
// What this reader has sent, in the topic on show.

// Hands on the answer: the same event as all open pages get. Says whether its post stands on this page.
/** @param {LiveTopicElement | null} topic @param {Wire.TopicUpdate | null} update @param {boolean} isWritten just now: then it is brought into view */
export function takePost(topic, update, isWritten = false) {
  if (!update || !topic?.handle || topic.isGone || Number(topic.dataset.topic) !== update.topic)
    return false;
  topic.handle(update);
  const { number } = update.post;
  const isHere = number >= Number(topic.dataset.first) && number <= Number(topic.dataset.last);
  if (isHere && isWritten) bringIntoView(topic, number);
  return isHere;
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
