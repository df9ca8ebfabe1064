// Keys mean what they would mean if everything were done at once: what is typed while an act is on its way, or a letter waits
// for its card, is kept, and typed afterwards, key by key, each once the one before has done what it does.
import { toast } from "../acts.js";
import { said } from "../clocks.js";
import { typing } from "../keys.js";

const LONGEST = 8000; // milliseconds for which keys are kept
let kept = [];
let waits = 0; // how many things are waited for
let typed = false; // whether what was kept is being typed
let idle = null;

/** Does something, or waits until it is done, and keeps what is typed meanwhile. */
export async function during(work) {
  waits++;
  const late = setTimeout(forget, LONGEST);
  try {
    return await work();
  } finally {
    clearTimeout(late);
    waits--;
    if (!waits) idle?.();
    typeKept();
  }
}

/** Forgets what is kept, and says so: what was waited for has not come, or somebody has gone on by hand. */
export function forget() {
  if (kept.length) toast(said("forgotten"), { bad: true });
  kept = [];
}

async function typeKept() {
  if (typed) return;
  typed = true;
  while (kept.length) {
    if (waits) await new Promise((done) => (idle = done));
    if (!kept.length) break;
    const sheet = document.querySelector("dialog[open]");
    const closed = sheet && new Promise((done) => sheet.addEventListener("close", done, { once: true }));
    type(kept.shift());
    if (sheet && !sheet.open) await closed; // what it was asked for is done only then
    await new Promise((done) => setTimeout(done));
  }
  typed = false;
}

function type({ key, code, shiftKey }) {
  const { activeElement } = document;
  const at = activeElement.checkVisibility() ? activeElement : document.body; // a sheet that has just closed keeps the focus
  const sheet = document.querySelector("dialog[open]");
  if (sheet && key === "Escape") return sheet.close();
  if (typing(at) && key.length === 1) {
    at.setRangeText(key, at.selectionStart, at.selectionEnd, "end");
    return at.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  const left = at.dispatchEvent(new KeyboardEvent("keydown", { key, code, shiftKey, bubbles: true, cancelable: true }));
  if (left && key === "Enter" && at.matches("input")) at.form.requestSubmit();
}

document.addEventListener(
  "keydown",
  (event) => {
    const none = event.key === "Tab" || event.metaKey || event.ctrlKey || event.altKey || event.isComposing;
    if (!event.isTrusted || none || typing(event.target)) return;
    if (!kept.length && (!waits || document.querySelector("dialog[open]"))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.repeat) kept.push(event);
  },
  true,
);
document.addEventListener("pointerdown", forget);
document.body.addEventListener("acts:sent", ({ detail }) => during(() => detail.catch(() => null))); // told elsewhere
