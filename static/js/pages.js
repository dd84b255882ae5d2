// @ts-check
import { POSTS_ON_PAGE } from "./constants.js";

// The page of a topic with the post of this number, as in forum/pages/pagination.py.
/** @param {number} number */
export function pageOf(number) {
  return Math.ceil(number / POSTS_ON_PAGE);
}
