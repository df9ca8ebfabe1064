// Rows that the feed tells: each takes its place at once, without any asking, and the tabs count with it. What else is
// counted is asked for afterwards, now and then.
import { tickAll } from "../clocks.js";
import { changed, show, took } from "./counts.js";
import { bare, closed, gone, listed, news, refresh, touched, update, waiting } from "./merge.js";
import { all, list, open, rows } from "./rows.js";

const SOON = 100;
const LEAST = 2500; // milliseconds between two counts
const PAUSE = 40; // times as long as the last count took
const MOST = 90; // rows that a list may grow to by itself
let recent = new Map(); // by key: what was told since the list was last fetched
let timer = 0;
let next = 0;
let doubt = false;

/** Takes in rows: what the list holds now, what became of those that it held, null for what it never held. */
function take({ parts, upto }) {
  for (const [key, { row, by }] of Object.entries(parts)) {
    recent.set(key, { row, upto });
    put(key, row);
    changed(by);
  }
  show();
  if (recent.size > 2 * MOST) recent = new Map([...recent].slice(-MOST));
  settle();
  recount();
}

function settle() {
  listed();
  news();
  tickAll();
  document.body.dispatchEvent(new CustomEvent("merged"));
}

function put(key, html) {
  const id = `r-${key.replace("/", "-")}`;
  const known = document.getElementById(id);
  waiting.delete(id);
  if (html === null) return known && !known.hasAttribute("data-gone") && closed([known]);
  const made = document.createElement("template");
  made.innerHTML = html;
  const row = made.content.querySelector(".r");
  if (row.hasAttribute("data-gone")) {
    if (!known) return null;
    update(known, row, true);
    return document.body.dispatchEvent(new CustomEvent("picks"));
  }
  const head = made.content.querySelector(".g");
  if (!known) return add(row, head);
  const moved = known.dataset.order !== row.dataset.order || known.hasAttribute("data-gone");
  update(known, row);
  if (moved && !touched()) insert(document.getElementById(id), head);
  return null;
}

function add(row, head) {
  const after = follower(row);
  if (!after && rows().dataset.more) return; // of a part that is not shown yet
  const before = after ? all()[all().indexOf(after) - 1] : all().at(-1);
  const seen = before?.getBoundingClientRect().bottom < rows().getBoundingClientRect().bottom;
  if (touched() && after && (!before || seen)) return void waiting.add(row.id);
  if (!all().length) rows().replaceChildren(); // what an empty list teaches
  insert(row, head);
  if (touched()) return;
  while (all().length > MOST) {
    all().at(-1).remove();
    rows().dataset.more = "1";
  }
  bare();
}

/** Puts a row where it belongs, under the head of its group. */
function insert(row, head) {
  const after = follower(row);
  const { priority } = row.dataset;
  const first = after?.dataset.priority === priority ? after : (after && document.getElementById(`g-${after.dataset.priority}`));
  if (first) first.before(row);
  else rows().append(row);
  if (!document.getElementById(head.id)) row.before(head);
  bare();
}

/** The first row that comes after one in the order of the list. */
function follower(row) {
  return open().find((one) => one !== row && one.id !== row.id && compare(row, one) < 0) ?? null;
}

function compare(one, other) {
  const [mine, its] = [one, other].map((row) => row.dataset.order.split(" ").map(Number));
  const at = mine.findIndex((number, place) => number !== its[place]);
  if (at >= 0) return mine[at] - its[at];
  return one.id.slice(-36) < other.id.slice(-36) ? -1 : 1;
}

function recount() {
  if (!timer) timer = setTimeout(ask, Math.max(SOON, next - performance.now()));
}

async function ask() {
  const begun = performance.now();
  const answer = await fetch(list.dataset.counts).catch(() => null); // the banner tells of the connection
  timer = 0;
  next = performance.now() + Math.max(LEAST, PAUSE * (performance.now() - begun));
  if (!answer?.ok || answer.redirected) return;
  const told = await answer.json();
  took(told);
  for (const [priority, number] of Object.entries(told.groups)) {
    const place = document.querySelector(`#g-${priority} b`);
    if (place) place.textContent = number;
  }
  heal(told);
}

/** Fetches the list where it does not hold what was counted, twice in a row: what is told may still be on its way. */
function heal(told) {
  const shown = open().length + waiting.size;
  if (shown === told.total) rows().dataset.more = "";
  const wrong = rows().dataset.more ? shown > told.total : shown !== told.total;
  const bared = told.total === 0 && !rows().querySelector(".empty") && gone().length === 0;
  if ((wrong && doubt) || bared) refresh();
  else if (wrong) recount();
  doubt = wrong;
}

if (list) {
  document.body.addEventListener("live:parts", (event) => take(event.detail));
  document.body.addEventListener("merged", ({ detail }) => {
    if (!detail) return;
    // What was told while the list was fetched may be newer than the list.
    const newer = [...recent].filter(([, one]) => one.upto > detail.upto);
    recent = new Map(newer);
    for (const [key, { row }] of newer) put(key, row);
    if (newer.length) settle();
  });
}
