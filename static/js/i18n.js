// @ts-check
// What scripts say, in the language of the page.

// What a word of the page says for a number: words are translated on the server.
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
