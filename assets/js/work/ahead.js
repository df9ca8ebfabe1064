// What is typed while a letter waits for its card is kept, and typed once the letter has done what it does: into the sheet
// that it opened, or as keys. Escape forgets all of it.
import { typing } from "../keys.js";

let held = null;
let typed = false; // whether those that were kept are being typed
let free = Promise.resolve();
let release;

/** From now on keys are kept. */
export function hold() {
  held ??= [];
  free = new Promise((resolve) => (release = resolve));
}

/** Whether keys are kept still: Escape has not been pressed. */
export const holding = () => held !== null;

/** No keys are kept any more; those that were are typed now, each once the one before has done what it does, or `dropped`. */
export async function letGo({ dropped = false } = {}) {
  release();
  if (dropped) held = null;
  if (typed) return; // by the one that waited before
  typed = true;
  while (held?.length) {
    type(held.shift());
    await new Promise((resolve) => setTimeout(resolve)); // a sheet that it closed says so only then
    await free;
  }
  held = null;
  typed = false;
}

function type(pressed) {
  const { key, code, shiftKey } = pressed;
  const { activeElement } = document;
  const at = activeElement.checkVisibility() ? activeElement : document.body; // a sheet that has just closed keeps the focus
  if (typing(at) && key.length === 1) {
    at.setRangeText(key, at.selectionStart, at.selectionEnd, "end");
    return void at.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  const left = at.dispatchEvent(new KeyboardEvent("keydown", { key, code, shiftKey, bubbles: true, cancelable: true }));
  if (left && key === "Enter" && at.matches("input")) at.form.requestSubmit();
}

document.addEventListener(
  "keydown",
  (event) => {
    const none = event.key === "Tab" || event.metaKey || event.ctrlKey || event.altKey || event.isComposing;
    if (!held || !event.isTrusted || none || typing(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.key === "Escape") held = null;
    else if (!event.repeat) held.push(event);
  },
  true,
);
