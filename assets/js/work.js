// The Action Center: which row one is at, which are picked, and the card beside them.
import htmx from "./htmx.js";
import { onKey } from "./keys.js";

const rows = document.getElementById("rows");
if (rows) {
  const card = document.getElementById("card");
  const all = () => [...rows.querySelectorAll(".r")];
  const here = () => rows.querySelector(".r[aria-selected=true]");

  const go = (row) => {
    if (!row) return;
    for (const other of rows.querySelectorAll(".r[aria-selected=true]")) other.setAttribute("aria-selected", "false");
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    rows.setAttribute("aria-activedescendant", row.id);
    card.dataset.from = row.dataset.card;
    htmx.ajax("GET", row.dataset.card, { target: card, swap: "innerHTML", source: card });
  };
  const step = (by) => {
    const list = all();
    const at = list.indexOf(here());
    go(list[Math.min(Math.max(at + by, 0), list.length - 1)]);
  };
  const pick = (row) => {
    if (!row) return;
    row.toggleAttribute("data-picked");
    row.querySelector(".check").classList.toggle("on", row.hasAttribute("data-picked"));
  };

  rows.addEventListener("click", (event) => {
    const row = event.target.closest(".r");
    if (!row) return;
    if (event.target.closest(".check")) pick(row);
    else go(row);
  });
  onKey("KeyJ", () => step(1));
  onKey("KeyK", () => step(-1));
  onKey("ArrowDown", (event) => (event.preventDefault(), step(1)));
  onKey("ArrowUp", (event) => (event.preventDefault(), step(-1)));
  onKey("KeyX", () => pick(here()));
}
