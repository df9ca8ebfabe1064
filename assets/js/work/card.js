// The card of the chosen row.
import { Idiomorph } from "../idiomorph.js";
import { said, tickAll } from "../clocks.js";
import { signedOut } from "../session.js";
import { all, choose, here } from "./rows.js";

export const card = document.getElementById("card");
const teach = card?.innerHTML ?? "";
const area = document.querySelector(".ac");
const NARROW = matchMedia("(max-width: 720px)");
let turn = 0;
let aborting = null;
let shown = ""; // the address of what the card shows
/** Settles when the card shows what is chosen. */
export let loaded = Promise.resolve();

/** Chooses a row and shows its card; on a phone over the list, where `show` says so. */
export function go(row, { show = true } = {}) {
  if (!row) return;
  choose(row);
  card.dataset.from = `/todo/${row.dataset.keyOf}`;
  for (const button of card.querySelectorAll("[data-key]")) button.removeAttribute("data-key");
  loaded = load(false);
  if (show && NARROW.matches && !area.hasAttribute("data-shown")) {
    area.setAttribute("data-shown", "");
    history.pushState({ card: true }, "");
  }
  document.body.dispatchEvent(new CustomEvent("chosen"));
}

/** Fetches the card again; what has the focus in it keeps it. */
export function reload() {
  if (card.dataset.from) loaded = load(true);
  return loaded;
}

async function load(again) {
  const mine = ++turn;
  aborting?.abort();
  aborting = new AbortController();
  const { from } = card.dataset;
  let answer;
  let text;
  try {
    answer = await fetch(from, { signal: aborting.signal });
    text = await answer.text();
  } catch (error) {
    if (error.name !== "AbortError" && mine === turn && shown !== from) unreached(); // fetched once the feed is back
    return;
  }
  if (answer.status === 401 || answer.redirected) return signedOut();
  if (mine !== turn) return;
  if (!answer.ok) return empty();
  if (again) Idiomorph.morph(card, text, { morphStyle: "innerHTML", ignoreActiveValue: true });
  else {
    card.innerHTML = text;
    card.scrollTop = 0;
  }
  shown = from;
  card.dataset.of = card.querySelector("[data-of]").dataset.of;
  place();
  tickAll();
}

/** Says instead of a card that it could not be fetched: what was shown before is another item's. */
function unreached() {
  const told = document.createElement("p");
  told.className = "empty";
  told.dataset.unreached = "";
  told.setAttribute("role", "status");
  told.textContent = said("unreached");
  card.replaceChildren(told);
  shown = "";
}

/** Shows no card. */
export function empty() {
  turn++;
  shown = "";
  card.dataset.from = "";
  card.innerHTML = teach;
  close();
}

/** Back to the list, on a phone. */
export function close() {
  area?.removeAttribute("data-shown");
}

function place() {
  const where = card.querySelector("[data-place]");
  const found = all();
  const at = found.indexOf(here()) + 1;
  if (where && at) where.textContent = said("place", { at, all: found.length });
}

addEventListener("popstate", close);
