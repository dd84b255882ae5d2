// @ts-check
// The texts of scripts, translated on the server and part of the page.

// The text with this name, in the right form for a number.
/** @param {string} name @param {number | null} number */
export function t(name, number = null) {
  const all = document.getElementById("words")?.dataset ?? {};
  if (number === null) return all[name] ?? "";
  return (all[name + (number === 1 ? "One" : "Other")] ?? "%n").replace(
    "%n",
    number.toLocaleString(),
  );
}

// "12 members, 3 guests"
/** @param {number} members @param {number} guests */
export function audienceLabel(members, guests) {
  const parts = [members && t("members", members), guests && t("guests", guests)];
  return parts.filter(Boolean).join(", ");
}
