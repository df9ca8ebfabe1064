// Deadlines that stay true: every half minute of the page's time each says anew how long there is, in the words that the page gives along.
import { now as told } from "./clock.js";

const host = document.querySelector("[data-patterns]");
const words = host ? JSON.parse(host.dataset.patterns) : null;
const plural = new Intl.PluralRules(document.documentElement.lang);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const EVERY = 30 * SECOND;

/** The page's patterns, and one of them filled in. */
export const said = (name, values = {}) => fill(words[name], values);
const fill = (pattern, values) => pattern.replace(/%\((\w+)\)[ds]/g, (all, name) => values[name] ?? all);
const one = (unit, num) => fill(words[unit], { num });

/** A count in the form that the language has for it; the page gives a sample of each form by its number. */
export function counted(name, num) {
  const forms = words[name];
  const kind = plural.select(num);
  const sample = Object.keys(forms).find((number) => plural.select(Number(number)) === kind);
  return fill(forms[sample ?? "5"], { num });
}

/** How long, in its two largest units, as the server says it. */
export function span(ms) {
  if (ms < MINUTE) return one("s", Math.floor(ms / SECOND));
  const days = Math.floor(ms / DAY);
  const hours = Math.floor((ms % DAY) / HOUR);
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  if (days >= 7) return counted("days", days);
  if (days) return one("d", days) + (hours ? ` ${one("h", hours)}` : "");
  if (hours) return one("h", hours) + (minutes ? ` ${one("min", minutes)}` : "");
  return one("min", minutes);
}

function shape(clock, state, icon) {
  if (clock.classList.contains(state)) return;
  clock.classList.remove("running", "warning", "breached");
  clock.classList.add(state);
  const made = document.createElement("i");
  made.className = `i i-${icon}`;
  made.setAttribute("aria-hidden", "true");
  clock.firstElementChild.replaceWith(made);
}

function tick(clock, now) {
  const due = Date.parse(clock.dataset.due);
  const warn = clock.dataset.warn ? Date.parse(clock.dataset.warn) : Infinity;
  const text = clock.lastElementChild;
  if (now > due) {
    shape(clock, "breached", "octbang");
    text.textContent = fill(words.late, { span: span(now - due) });
    return;
  }
  const near = now >= warn;
  if (near) shape(clock, "warning", "tribang");
  text.textContent = fill(near && "warned" in clock.dataset ? words.warned : words.left, { span: span(due - now) });
  const ring = clock.querySelector(".ring .left");
  const since = Date.parse(clock.dataset.since);
  if (ring && due > since) ring.setAttribute("stroke-dasharray", `${Math.round((100 * (due - now)) / (due - since))} 100`);
}

// The server's clock is what counts: a machine's own may be wrong, and a demo's days may run fast.
let offset = 0;

/** Takes the server's instant. */
export function serverTime(text) {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) offset = at - Date.now();
}

/** Says all deadlines of the page anew. */
export function tickAll() {
  if (!words) return;
  const now = document.getElementById("dclock") ? told() : Date.now() + offset;
  for (const clock of document.querySelectorAll(".sla.running[data-since], .sla.warning[data-since], .sla.breached[data-since]")) {
    tick(clock, now);
  }
}

if (words) {
  serverTime(host.dataset.now);
  (function again() {
    const speed = Number(document.getElementById("dclock")?.dataset.speed ?? 1);
    setTimeout(() => (tickAll(), again()), Math.max(SECOND, EVERY / Math.max(1, speed)));
  })();
  document.addEventListener("visibilitychange", () => document.hidden || tickAll());
}
