// The Action Center: keys and clicks of the list; its parts lie in work/.
import { onKey } from "./keys.js";
import { card, close, empty, go, reload } from "./work/card.js";
import { press, told, unpickAll } from "./work/doing.js";
import { grow, refresh, tidy } from "./work/merge.js";
import { post } from "./work/post.js";
import { moved, show } from "./work/presence.js";
import "./work/pushed.js";
import { pickingByTouch } from "./work/touch.js";
import { all, here, list, neighbour, pick, picked, pickRange, rows } from "./work/rows.js";

const NEAR_END = 10;
const COLUMN = 600; // pixels before the end of the list at which the next rows are fetched

function step(by, extend) {
  const from = here();
  const to = neighbour(by);
  if (extend) pickRange(from, to);
  go(to, { show: false });
  tidy();
  const found = all();
  if (found.length - found.indexOf(to) < NEAR_END) grow();
}

if (list) {
  list.addEventListener("click", (event) => {
    if (event.target.closest("[data-catch-up]")) return void refresh({ whole: true }).then(() => rows().scrollTo({ top: 0 }));
    const row = event.target.closest(".r");
    if (!row) return;
    if (event.target.closest(".check") || pickingByTouch()) return pick(row);
    if (event.shiftKey) {
      getSelection().removeAllRanges();
      pickRange(here(), row);
    }
    go(row);
  });
  list.addEventListener(
    "scroll",
    (event) => {
      const place = event.target;
      if (place.id === "rows" && place.scrollTop + place.clientHeight > place.scrollHeight - COLUMN) grow();
    },
    true,
  );
  card.addEventListener("click", (event) => {
    if (event.target.closest("[data-card-back]")) history.state?.card ? history.back() : close();
    const by = event.target.closest("[data-step]");
    if (by) step(Number(by.dataset.step));
  });

  onKey("KeyJ", (event) => step(1, event.shiftKey));
  onKey("KeyK", (event) => step(-1, event.shiftKey));
  onKey("ArrowDown", (event) => (event.preventDefault(), step(1, event.shiftKey)));
  onKey("ArrowUp", (event) => (event.preventDefault(), step(-1, event.shiftKey)));
  onKey("Enter", (event) => {
    if (event.target.closest("a, button, summary")) return;
    go(here() ?? neighbour(1));
    card.querySelector("a, button")?.focus();
  });
  onKey("KeyX", () => (here() ? pick(here()) : false));
  onKey("KeyW", () => {
    const why = card.querySelector("[data-why]");
    return why ? why.focus() : false;
  });
  onKey("Escape", () => {
    if (picked().length) return unpickAll();
    if (card.contains(document.activeElement)) return rows().focus();
    for (const row of all()) row.setAttribute("aria-selected", "false");
    empty();
    moved();
  });
  for (const letter of ["a", "b", "c", "d", "e", "i", "l", "o", "r", "s", "t", "u"]) {
    onKey(`Key${letter.toUpperCase()}`, (event) => {
      if (event.repeat) return;
      event.preventDefault(); // the letter is no text in the field that a sheet opens with
      press(letter);
    });
  }

  document.body.addEventListener("live:before", (event) => {
    const { part } = event.detail;
    if (part.id === "list") event.detail.done = refresh();
    else if (part.id === "card") event.detail.done = reload();
    else return;
    event.preventDefault();
  });
  document.body.addEventListener("picks", told);
  document.body.addEventListener("chosen", moved);
  document.body.addEventListener("merged", show);

  const filter = document.getElementById("filter");
  const opener = document.getElementById("filter-open");
  opener.addEventListener("click", () => {
    filter.hidden = !filter.hidden;
    opener.setAttribute("aria-expanded", String(!filter.hidden));
    if (!filter.hidden) filter.querySelector("[name=q]").focus();
  });
  filter.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    document.getElementById("rows")?.focus(); // the letters are keys again
  });
  filter.addEventListener("click", async (event) => {
    const forget = event.target.closest("[data-forget]");
    if (forget && (await post(forget.dataset.forget))?.ok) forget.closest(".view").remove();
  });
  document.querySelector("#save-view form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const came = await post("/acts/views", Object.fromEntries(new FormData(event.target)));
    if (came?.ok) location.reload();
  });

  if (rows().scrollHeight <= rows().clientHeight) grow(); // a tall screen holds more than a page begins with

  const wanted = document.getElementById(`r-${location.hash.slice(1).replace("/", "-")}`);
  if (wanted) go(wanted);
}
