// The list follows what happens without moving under anybody's hand: rows change where they are, those that closed grey
// out in place, and new ones come in where nobody looks, or wait behind a button.
import { Idiomorph } from "../idiomorph.js";
import { counted, said, serverTime, tickAll } from "../clocks.js";
import { signedOut } from "../session.js";
import { go } from "./card.js";
import { took } from "./counts.js";
import { all, choose, following, here, list, picked, rows } from "./rows.js";

const PAUSE = 2; // times as long as the last answer took
const WINDOW = 30; // rows that a page begins with
const MARGIN = 50; // rows asked for beyond those that are shown, so that none falls out that was only pushed down
const CALM = 4000;
const KEPT = 8000;
const LINGERS = 30000;
/** The rows that have come in and wait behind the button. */
export const waiting = new Set();
let pointed = 0;
let busy = null;
let taken = 0;
let again = false;

list?.addEventListener("pointermove", () => (pointed = Date.now()));

/** Whether somebody is at work in the list. */
export function touched() {
  return Boolean(here() || picked().length || rows().scrollTop > 0 || Date.now() - pointed < CALM);
}

/** Whether something greyed out a moment ago, which is to be seen. */
const lingering = () => gone().some((row) => Date.now() - Number(row.dataset.since) < LINGERS);

export const gone = () => [...rows().querySelectorAll(".r[data-gone]")];

/** Takes in what the store says now; `whole` puts everything into its place. */
export async function refresh({ whole = false } = {}) {
  if (busy) {
    again = true;
    if (!whole) return busy;
    await busy;
  }
  const begun = performance.now();
  busy = take(whole);
  try {
    await busy;
  } finally {
    busy = null;
    taken = performance.now() - begun;
  }
  if (again) {
    again = false;
    await new Promise((done) => setTimeout(done, PAUSE * taken)); // a busy server is not asked without a break
    await refresh();
  }
}

async function take(whole) {
  const shown = all().length + (whole ? waiting.size : 0); // what waited comes in, and pushes nothing out
  const told = await fetchPart(`&rows=${Math.max(WINDOW, shown + MARGIN)}`);
  if (!told) return;
  took(told.info);
  serverTime(told.info.now);
  const fresh = told.part.querySelector("#rows");
  if (whole || !shown || !(touched() || lingering())) replace(fresh, told.info, shown);
  else await merge(fresh, told.info);
  listed();
  news();
  tickAll();
  document.body.dispatchEvent(new CustomEvent("merged", { detail: told.info }));
}

/** An empty list is no list of options: it says why it is empty, with a heading. */
export function listed() {
  const some = all().length > 0;
  rows().setAttribute("role", some ? "listbox" : "group");
  if (some) rows().setAttribute("aria-multiselectable", "true");
  else rows().removeAttribute("aria-multiselectable");
}

async function fetchPart(more) {
  let answer;
  try {
    answer = await fetch(list.dataset.from + more);
  } catch {
    return null; // the banner tells of the connection
  }
  if (answer.redirected || answer.status === 401) {
    signedOut();
    return null;
  }
  if (!answer.ok) return null;
  const part = document.createElement("template");
  part.innerHTML = await answer.text();
  return { part: part.content, info: JSON.parse(answer.headers.get("Virel-List")) };
}

function replace(fresh, info, shown) {
  const chosen = here()?.id;
  const next = chosen && following(here())?.id;
  const marked = new Set(picked().map((row) => row.id));
  const children = [...fresh.children];
  let kept = 0;
  // Only as many as were there: the margin is the next page's.
  for (const child of children) if (child.matches(".r") && ++kept > Math.max(WINDOW, shown)) child.remove();
  for (const row of fresh.querySelectorAll(".r")) mark(row, row.id === chosen, marked.has(row.id));
  const top = rows().scrollTop;
  Idiomorph.morph(rows(), fresh.innerHTML, { morphStyle: "innerHTML" });
  rows().scrollTop = top;
  rows().dataset.more = kept > Math.max(WINDOW, shown) || info.more ? "1" : "";
  waiting.clear();
  if (chosen && !here()) {
    const row = next && document.getElementById(next);
    if (row) go(row, { show: false });
    else choose(null);
  }
  document.body.dispatchEvent(new CustomEvent("picks"));
}

function mark(row, chosen, marked) {
  row.setAttribute("aria-selected", String(chosen));
  row.toggleAttribute("data-picked", marked);
  if (marked) row.setAttribute("aria-checked", "true");
  row.querySelector(".check").classList.toggle("on", marked);
}

/** Puts what is new about a row into it; what is chosen or picked stays so, unless it is `closed`. */
export function update(row, fresh, closed = false) {
  mark(fresh, row.getAttribute("aria-selected") === "true", !closed && row.hasAttribute("data-picked"));
  if (closed) fresh.dataset.since = row.dataset.since ?? Date.now();
  Idiomorph.morph(row, fresh, { morphStyle: "outerHTML" });
}

async function merge(fresh, info) {
  const old = all();
  const now = new Map([...fresh.querySelectorAll(".r")].map((row) => [row.id, row]));
  const last = old.at(-1);
  const floor = rows().getBoundingClientRect().bottom;
  waiting.clear();
  const left = old.filter((row) => !now.has(row.id) && !row.hasAttribute("data-gone"));
  const sequence = [...fresh.children];
  const end = Math.max(...old.map((row) => sequence.indexOf(now.get(row.id))));
  let before = null;
  let header = null;
  for (const [number, child] of sequence.entries()) {
    const known = document.getElementById(child.id);
    if (child.matches(".g")) {
      header = known ? null : child;
      if (known) {
        known.innerHTML = child.innerHTML;
        before = before && before.compareDocumentPosition(known) & Node.DOCUMENT_POSITION_PRECEDING ? before : known;
      }
      continue;
    }
    if (!child.matches(".r")) continue;
    if (known) {
      update(known, child);
      before = document.getElementById(child.id);
      continue;
    }
    if (number > end && info.rows > old.length && rows().dataset.more) continue; // of a part that is not shown yet
    const below = before ? before.getBoundingClientRect().bottom >= floor || before === last : false;
    if (touched() && (!before || !below)) {
      waiting.add(child.id);
      continue;
    }
    const after = before ? (node) => before.after(node) : (node) => rows().prepend(node);
    if (header) {
      after(header);
      header.after(child);
    } else after(child);
    header = null;
    before = child;
  }
  await closed(left);
}

/** Greys out rows that are no longer to be done here, with what became of them. */
export async function closed(left) {
  if (!left.length) return;
  const keys = left.map((row) => row.dataset.keyOf).join(" ");
  const answer = await fetch(`/todo/rows?keys=${encodeURIComponent(keys)}`);
  if (!answer.ok) return;
  const part = document.createElement("template");
  part.innerHTML = await answer.text();
  for (const row of left) {
    const fresh = part.content.getElementById(row.id);
    if (fresh) {
      fresh.setAttribute("data-gone", "");
      fresh.classList.add("gone");
      update(row, fresh, true);
      continue;
    }
    row.setAttribute("data-gone", "");
    row.classList.add("gone");
    row.removeAttribute("data-picked");
    row.querySelector(".as").textContent = said("gone");
    row.dataset.since = Date.now();
  }
  document.body.dispatchEvent(new CustomEvent("picks"));
}

/** Says how many wait behind the button. */
export function news() {
  const bar = list.querySelector("#news");
  bar.hidden = waiting.size === 0;
  if (waiting.size) bar.firstElementChild.textContent = counted("new", waiting.size);
}

/** Takes away the heads of groups that have no rows. */
export function bare() {
  for (const header of rows().querySelectorAll(".g")) {
    if (!header.nextElementSibling?.matches(".r")) header.remove();
  }
}

/** Takes away rows that closed a while ago, once one has moved on; the chosen one stays where it is on the screen. */
export function tidy() {
  drop(KEPT);
}

function drop(age) {
  const chosen = here();
  const old = gone().filter((row) => row !== chosen && Date.now() - Number(row.dataset.since) > age);
  if (!old.length) return;
  const stood = chosen?.getBoundingClientRect().top;
  for (const row of old) row.remove();
  bare();
  if (chosen) rows().scrollTop += chosen.getBoundingClientRect().top - stood;
}

if (list) setInterval(() => touched() || drop(LINGERS), CALM);

let growing = null;

/** Adds the next rows where there are more than are shown. */
export function grow() {
  if (!rows().dataset.more || growing) return growing;
  growing = (async () => {
    const told = await fetchPart(`&from=${all().filter((row) => !row.hasAttribute("data-gone")).length}&rows=100`);
    if (!told) return;
    for (const child of [...told.part.querySelector("#rows").children]) {
      if (child.matches(".r, .g") && !document.getElementById(child.id)) rows().append(child);
    }
    rows().dataset.more = told.info.more ? "1" : "";
    tickAll();
    document.body.dispatchEvent(new CustomEvent("merged"));
  })().finally(() => (growing = null));
  return growing;
}
