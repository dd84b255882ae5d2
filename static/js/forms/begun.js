// @ts-check
// Remembers in this browser that a reply was begun, for the next pages of the forum (writing/begun_reply.js).

const prefix = () => `begun ${document.body.dataset.user} `;

/** @param {string} topic @param {boolean} isBegun */
export function rememberBegun(topic, isBegun) {
  try {
    if (isBegun) {
      forgetBegun(); // the last one is enough; Drafts has all
      localStorage.setItem(prefix() + topic, "");
    } else localStorage.removeItem(prefix() + topic);
  } catch {
    // Drafts has it
  }
}

export function forgetBegun() {
  for (const key of keys()) localStorage.removeItem(key);
}

// The topic of the reply that was begun, if there is one.
export function begunTopic() {
  return keys()[0]?.slice(prefix().length);
}

function keys() {
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix()));
}
