// How many items each tab holds: as the store counted them last, and what the feed has told since.
import { list } from "./rows.js";

const tabs = document.getElementById("tabs");
let counted = Object.fromEntries([...document.querySelectorAll("[data-count-of]")].map((one) => [one.dataset.countOf, Number(one.dataset.count)]));
let upto = Number(tabs?.dataset.upto);
let known = new Set(tabs?.dataset.known.split(" ").filter(Boolean).map(Number));
let since = [];

const unknown = ({ seq, number }) => seq > upto && !known.has(number);

/** Takes what the store has counted, of which changes it knew then, and why the first item is first. */
export function took(told) {
  if (told.upto < upto) return;
  counted = told.counts;
  upto = told.upto;
  known = new Set(told.known);
  since = since.filter(unknown);
  const why = list.querySelector("[data-first]");
  why.textContent = told.first;
  why.previousElementSibling.hidden = !told.first;
  show();
}

/** Takes what the feed has told: by how much each change makes each tab hold more or less. */
export function changed(by) {
  since.push(...by.map(([seq, number, more]) => ({ seq, number, more })).filter(unknown));
}

/** Says how many each tab holds. */
export function show() {
  const figures = new Intl.NumberFormat(document.documentElement.lang);
  const found = { ...counted };
  for (const { more } of since) for (const [tab, by] of Object.entries(more)) found[tab] += by;
  for (const [tab, count] of Object.entries(found)) {
    const place = document.querySelector(`[data-count-of="${tab}"]`);
    if (place) place.textContent = figures.format(count);
  }
  const badge = document.querySelector(".nav a[aria-current] b");
  if (badge) badge.textContent = figures.format(found.all);
  document.title = `${found.all ? `(${found.all}) ` : ""}${list.dataset.title} · Virel`;
}
