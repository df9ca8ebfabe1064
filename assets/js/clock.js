// The demo's clock: it goes on by itself between two looks at the server's, and `.` `<` `>` set it.
import htmx from "./htmx.js";
import { onKey } from "./keys.js";

const LOOK = 15000;
const face = () => document.getElementById("dclock");
let seen = null;
let begun = 0;

/** What time it is in the demo, or outside of one: milliseconds, as Date.now() counts. */
export function now() {
  const part = face();
  if (!part) return Date.now();
  const key = `${part.dataset.now} ${part.dataset.speed}`;
  if (seen !== key) [seen, begun] = [key, performance.now()];
  return Number(part.dataset.now) + (performance.now() - begun) * Number(part.dataset.speed);
}

function tick() {
  const part = face();
  const at = new Date(now());
  const spoken = document.documentElement.lang;
  const language = spoken === "en" ? "en-GB" : spoken; // the day first, as the pages write it
  const zone = { timeZone: part.dataset.zone };
  const day = at.toLocaleDateString(language, { ...zone, month: "short", day: "numeric" });
  const hour = at.toLocaleTimeString(language, { ...zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const shown = part.querySelector("time");
  if (shown.textContent !== `${day}, ${hour}`) shown.textContent = `${day}, ${hour}`;
}

function look() {
  const part = face();
  if (document.visibilityState !== "visible" || part.querySelector(".htmx-request")) return;
  htmx.ajax("GET", part.dataset.from, { target: part, swap: "morph:outerHTML", source: part }).catch(() => {}); // told elsewhere
}

const speeds = () => [...face().querySelectorAll("[aria-pressed]")];
const step = (by) => {
  const all = speeds();
  const at = all.findIndex((one) => one.getAttribute("aria-pressed") === "true");
  all[at < 0 ? (by > 0 ? 0 : -1) : at + by]?.click();
};

if (face()) {
  setInterval(tick, 1000);
  setInterval(look, LOOK);
  document.addEventListener("visibilitychange", look);
  document.body.addEventListener("live:back", look);
  onKey("Period", (event) => (event.shiftKey ? step(1) : document.getElementById("dclock-go")?.click()));
  onKey("Comma", (event) => event.shiftKey && step(-1));
}
