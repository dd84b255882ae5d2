// @ts-check
import { POSTS_ON_PAGE } from "./constants.js";

// The page of a topic that the post with this number stands on, as forum/pages/pagination.py has it.
/** @param {number} number */
export function pageOf(number) {
  return Math.ceil(number / POSTS_ON_PAGE);
}
