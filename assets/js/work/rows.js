// The rows: which one is chosen, which are picked, and how to go from one to another.
export const list = document.getElementById("list");
export const rows = () => document.getElementById("rows");
export const all = () => [...rows().querySelectorAll(".r")];
export const open = () => all().filter((row) => !row.hasAttribute("data-gone"));
export const here = () => rows()?.querySelector(".r[aria-selected=true]") ?? null;
export const picked = () => [...rows().querySelectorAll(".r[data-picked]")];

/** Marks a row as the chosen one. */
export function choose(row) {
  for (const other of rows().querySelectorAll(".r[aria-selected=true]")) other.setAttribute("aria-selected", "false");
  if (!row) return rows().removeAttribute("aria-activedescendant");
  row.setAttribute("aria-selected", "true");
  rows().setAttribute("aria-activedescendant", row.id);
  row.scrollIntoView({ block: "nearest" });
}

/** Picks a row, or no longer. */
export function pick(row, on = !row.hasAttribute("data-picked")) {
  if (on && row.hasAttribute("data-gone")) return;
  row.toggleAttribute("data-picked", on);
  row.setAttribute("aria-checked", String(on));
  row.querySelector(".check").classList.toggle("on", on);
  document.body.dispatchEvent(new CustomEvent("picks"));
}

/** Picks all rows from one to another. */
export function pickRange(from, to) {
  const found = all();
  const ends = [found.indexOf(from ?? to), found.indexOf(to)].sort((a, b) => a - b);
  for (const row of found.slice(ends[0], ends[1] + 1)) pick(row, true);
}

/** The row so many steps from the chosen one; the first where none is. */
export function neighbour(by) {
  const found = all();
  const at = found.indexOf(here());
  return at < 0 ? found[0] : found[Math.min(Math.max(at + by, 0), found.length - 1)];
}

/** The next row to work on after one that is done: below it, else above. */
export function following(row) {
  const found = all();
  const at = found.indexOf(row);
  const free = (one) => one !== row && !one.hasAttribute("data-gone");
  return found.slice(at + 1).find(free) ?? found.slice(0, at).reverse().find(free) ?? null;
}
