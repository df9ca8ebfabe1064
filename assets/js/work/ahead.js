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

/** Does something, or waits until it is done, and keeps what is typed meanwhile. `work` can ask whether it took too long: it
 *  is forgotten then, too, where it is a key `itself`. */
export async function during(work, { itself = false } = {}) {
  let over = false;
  const end = () => {
    if (over) return;
    over = true;
    waits--;
    if (!waits) idle?.();
  };
  waits++;
  const late = setTimeout(() => (forget(itself), end()), LONGEST);
  try {
    return await work(() => over);
  } finally {
    clearTimeout(late);
    end();
    typeKept();
  }
}

/** Forgets what is kept, and says so: what was waited for has not come, or somebody has gone on by hand. */
export function forget(more = false) {
  if (kept.length || more) toast(said("forgotten"), { bad: true });
  kept = [];
}

async function typeKept() {
  if (typed) return;
  typed = true;
  try {
    while (kept.length) {
      if (waits) await new Promise((done) => (idle = done));
      if (kept.length) await typeOne(kept.shift());
    }
  } finally {
    typed = false;
    kept = [];
  }
}

async function typeOne(key) {
  const sheet = document.querySelector("dialog[open]");
  const closed = sheet && new Promise((done) => sheet.addEventListener("close", done, { once: true }));
  type(key);
  if (sheet && !sheet.open) await closed; // what it was asked for is done only then
  await new Promise((done) => setTimeout(done));
}

function type({ key, code, shiftKey }) {
  const { activeElement } = document;
  const at = activeElement.checkVisibility() ? activeElement : document.body; // a sheet that has just closed keeps the focus
  const sheet = document.querySelector("dialog[open]");
  if (sheet && key === "Escape") return sheet.close();
  if (typing(at) && key.length === 1) {
    if (typeof at.selectionStart !== "number") return null; // a date is chosen, not typed
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
document.addEventListener("pointerdown", () => forget());
document.body.addEventListener("acts:sent", ({ detail }) => during(() => detail.catch(() => null))); // told elsewhere
