// In the header: how many are online. Guests are counted, the invisible are not.

import { live, words } from "./live.js";

const place = document.querySelector("[data-online]");

live.addEventListener("message", ({ detail: { type, members, guests } }) => {
  if (type !== "online" || !place) return;
  place.textContent = words("online", members + guests);
  place.title = whom(members, guests);
  place.hidden = members + guests === 0;
});

// "12 members, 3 guests"
export function whom(members, guests) {
  const parts = [members && words("members", members), guests && words("guests", guests)];
  return parts.filter(Boolean).join(", ");
}
