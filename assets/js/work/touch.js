// Picking by touch: a button says that touching a row picks it, and holding one does the same.
import { list, pick, picked } from "./rows.js";

const HOLD = 450; // milliseconds
const FAR = 10; // pixels, beyond which a touch is a scroll
const button = document.getElementById("pick-mode");
let timer = 0;
let start = null;
let held = false;

/** Whether touching a row picks it. */
export const pickingByTouch = () => button?.getAttribute("aria-pressed") === "true";

function turn(on) {
  button.setAttribute("aria-pressed", String(on));
  document.body.toggleAttribute("data-touchpick", on);
  if (!on) for (const row of picked()) pick(row, false);
}

if (list && button) {
  button.addEventListener("click", () => turn(!pickingByTouch()));
  list.addEventListener("pointerdown", (event) => {
    const row = event.target.closest(".r");
    held = false;
    if (event.pointerType !== "touch" || !row || pickingByTouch()) return;
    start = event;
    timer = setTimeout(() => {
      held = true;
      turn(true);
      pick(row, true);
    }, HOLD);
  });
  const stop = () => clearTimeout(timer);
  for (const name of ["pointerup", "pointercancel", "scroll"]) list.addEventListener(name, stop, true);
  list.addEventListener("pointermove", (event) => start && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > FAR && stop());
  list.addEventListener("contextmenu", (event) => held && event.preventDefault());
  list.addEventListener("click", (event) => held && ((held = false), event.stopImmediatePropagation()), true);
  let before = 0;
  document.body.addEventListener("picks", () => {
    const now = picked().length;
    if (before && !now && pickingByTouch()) turn(false); // the last one was let go, or the act is done
    before = now;
  });
}
