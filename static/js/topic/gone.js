// @ts-check
// Shows a topic that the reader may no longer see like one that never existed. Typed text stays.

import { focusOn } from "../dom.js";
import { t } from "../i18n.js";
import { countInTitle, nameTab } from "../title.js";

/** @param {HTMLElement} topic */
export function showGone(topic) {
  const focused =
    topic.contains(document.activeElement) && /** @type {HTMLElement} */ (document.activeElement);
  const main = topic.querySelector(".topic__main");
  /** @type {NodeListOf<HTMLFormElement>} */
  const forms = topic.querySelectorAll("form:has(textarea)");
  const begun = [...forms].filter(({ elements }) => elements.body.value.trim());
  const shown = notice(t("gone"));
  main.replaceChildren(shown, ...topic.querySelectorAll("waiting-posts"), ...begun);
  topic.replaceChildren(main);
  if (focused) focusOn(focused.isConnected ? focused : shown);
  for (const form of begun)
    import("./reader_parts.js").then(({ refuse }) => refuse(form, true)).catch(() => {});
  countInTitle("topic", 0);
  nameTab(`${t("gone")} · ${document.querySelector(".header__name").textContent}`);
}

/** @param {string} text */
function notice(text) {
  const made = document.createElement("p");
  made.className = "notice";
  made.setAttribute("role", "alert");
  made.textContent = text;
  return made;
}
