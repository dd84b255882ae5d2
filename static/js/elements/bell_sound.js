// @ts-check
// Rings when there is a new notification, in browsers where <bell-sound>, the box in the settings, is ticked.

export function ringIfLoud() {
  if (isLoud()) ring();
}

function isLoud() {
  try {
    return localStorage.getItem("bell") === "loud";
  } catch {
    return false;
  }
}

/** @param {boolean} loud */
function beLoud(loud) {
  if (loud) localStorage.setItem("bell", "loud");
  else localStorage.removeItem("bell");
}

// Two soft tones. Browsers let a page sound only after somebody has touched it.
function ring() {
  const context = new AudioContext();
  for (const [at, pitch] of [
    [0, 880],
    [0.15, 1175],
  ]) {
    const start = context.currentTime + at;
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.linearRampToValueAtTime(0.08, start + 0.02);
    volume.gain.linearRampToValueAtTime(0, start + 0.3);
    const tone = new OscillatorNode(context, { frequency: pitch });
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.3);
  }
  setTimeout(() => context.close(), 1000);
}

class BellSound extends HTMLElement {
  connectedCallback() {
    const box = this.querySelector("input");
    box.checked = isLoud();
    this.hidden = false;
    box.addEventListener("change", () => {
      beLoud(box.checked);
      ringIfLoud();
    });
  }
}

customElements.define("bell-sound", BellSound);
