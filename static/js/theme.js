// @ts-check
// Changes the theme at once; without scripts the form does it by loading a page.

// `button` is the pressed one of the form [data-themes].
/** @param {HTMLButtonElement} button */
export function chooseTheme(button) {
  const { form, name, value } = button;
  const root = document.documentElement;
  if (value === "system") delete root.dataset.theme;
  else root.dataset.theme = value;
  for (const other of /** @type {Iterable<HTMLButtonElement>} */ (form.elements)) {
    if (other.name === name) other.setAttribute("aria-pressed", String(other === button));
  }
  form.hidePopover?.();
  return fetch(form.action, {
    method: "POST",
    body: new URLSearchParams({ [name]: value }),
    redirect: "manual",
  });
}
