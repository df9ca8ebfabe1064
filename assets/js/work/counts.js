// How many items each tab holds: as the store counted them last, and what the feed has told since.
import { list } from "./rows.js";

let counted = Object.fromEntries([...document.querySelectorAll("[data-count-of]")].map((one) => [one.dataset.countOf, Number(one.dataset.count)]));
let upto = Number(document.body.dataset.upto ?? 0);
let since = [];

/** Takes what the store has counted, up to a number of the feed, and why the first item is first. */
export function took({ counts, upto: number, first }) {
  if (number < upto) return;
  counted = counts;
  upto = number;
  since = since.filter((one) => one.upto > upto);
  const why = list.querySelector("[data-first]");
  why.textContent = first;
  why.previousElementSibling.hidden = !first;
  show();
}

/** Takes what the feed has told: by how much each tab holds more or less. */
export function changed(by, number) {
  if (number > upto) since.push({ by, upto: number });
}

/** Says how many each tab holds. */
export function show() {
  const figures = new Intl.NumberFormat(document.documentElement.lang);
  const found = { ...counted };
  for (const { by } of since) for (const [tab, more] of Object.entries(by)) found[tab] += more;
  for (const [tab, count] of Object.entries(found)) {
    const place = document.querySelector(`[data-count-of="${tab}"]`);
    if (place) place.textContent = figures.format(count);
  }
  const badge = document.querySelector(".nav a[aria-current] b");
  if (badge) badge.textContent = figures.format(found.all);
  document.title = `${found.all ? `(${found.all}) ` : ""}${list.dataset.title} · Virel`;
}
