// Tables of entities by keyboard: J and K move through the rows, Enter opens one (a letter in a button's data-rowkey does
// what the button does, see keys.js). Where a row goes away under the reader, the next one takes its place.
import { onKey } from "./keys.js";

const rows = () => [...document.querySelectorAll(".recs tbody tr")].filter((one) => one.checkVisibility());
const link = (row) => row?.querySelector("th a[href], a[href]");
let place = -1;

/** The row that one is at; the keyboard's focus says so. */
export function row() {
  return document.activeElement?.closest(".recs tbody tr") ?? null;
}

function go(at) {
  const all = rows();
  if (!all.length) return false;
  place = Math.min(Math.max(at, 0), all.length - 1);
  link(all[place])?.focus({ preventScroll: true });
  all[place].scrollIntoView({ block: "nearest" });
}

function step(by) {
  const here = rows().indexOf(row());
  return go(here >= 0 ? here + by : place < 0 ? 0 : place);
}

document.addEventListener("focusin", () => {
  const here = rows().indexOf(row());
  if (here >= 0) place = here;
});
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.querySelector?.(".recs tbody tr:focus-within")) event.target.dataset.at = "row";
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  const part = event.target;
  if (part.dataset?.at !== "row") return;
  delete part.dataset.at;
  if (document.activeElement === document.body) go(place);
});

// A part that comes later, such as a ranking, may bring a table.
if (document.querySelector(".recs, [hx-trigger=load], [data-live]:not(#list, #card) .empty")) {
  const moves = { KeyJ: 1, ArrowDown: 1, KeyK: -1, ArrowUp: -1 };
  for (const [code, by] of Object.entries(moves)) {
    onKey(code, (event) => {
      if (!rows().length || (code.startsWith("Arrow") && !row())) return false;
      if (code.startsWith("Arrow")) event.preventDefault();
      return step(by);
    });
  }
}
