// @ts-check
// Accepts a post as the answer, or takes that back, in place.

import { say, send } from "./in_place.js";

/** @param {HTMLFormElement} form @param {HTMLButtonElement} button */
export async function choose(form, button) {
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  const problem = await send(form, button.formAction, new FormData(form, button));
  button.ariaBusy = null;
  if (problem) say(button.closest(".post__actions"), problem);
}
