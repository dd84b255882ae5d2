// @ts-check
// <zone-offer>: offers the browser's time zone beside the select, if that has another one.

export class ZoneOffer extends HTMLElement {
  connectedCallback() {
    this.select = /** @type {HTMLSelectElement} */ (
      document.querySelector("select[name=time_zone]")
    );
    this.select.addEventListener("change", this.#show);
    this.querySelector("button").addEventListener("click", () => this.#choose());
    this.#show();
  }

  disconnectedCallback() {
    this.select.removeEventListener("change", this.#show);
  }

  #show = () => {
    const isKnown = [...this.select.options].some(({ value }) => value === zone);
    const [{ value, text }] = this.select.selectedOptions;
    this.hidden = !isKnown || usualName(value || text) === zone; // "" is the forum's zone
    this.querySelector("button").textContent = this.dataset.offer.replace("%s", place);
  };

  #choose() {
    this.select.value = zone;
    this.select.focus();
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// As browsers call it; some zones have several names.
/** @param {string} [timeZone] the browser's own if there is none */
function usualName(timeZone) {
  try {
    return Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch {
    return timeZone; // newer than the browser
  }
}

const zone = usualName();
const place = zone.replaceAll("_", " ");

customElements.define("zone-offer", ZoneOffer);
