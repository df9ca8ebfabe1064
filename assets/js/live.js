// The live feed: what changed is told by number, in order; parts of the page that show such things are fetched again.
// A part says in data-live which kinds it shows, and in data-from where it comes from; in data-of which entities of those
// kinds, where it shows no others. A part with data-feed is told its rows by the feed itself.
import htmx from "./htmx.js";
import { changed, holds, signedOut } from "./session.js";

const sign = document.getElementById("live");
const banner = document.getElementById("stale");
const STALE = 4500;
const SETTLE = 120;
const MOST_WAIT = 1000;
const PAUSE = 4; // times as long as the last answers took: a busy server is asked less often
const told = document.body.dataset.upto;
let upto = told === undefined ? null : Number(told);
let fresh = upto !== null; // the page was made at that number: what came since is told
let taken = 0;
let ended = 0;
let heard = Date.now();
let wait = 250;
let retry = 0;
let socket = null;
const due = new Set();
let timer = 0;

function say(state) {
  const before = sign.dataset.state;
  if (before === state) return;
  sign.dataset.state = state;
  if (state === "stale") {
    const since = new Date(heard);
    banner.querySelector("[data-since]").textContent = since.toLocaleTimeString(document.documentElement.lang, { timeStyle: "medium", hourCycle: "h23" });
  }
  banner.hidden = state !== "stale";
  if (state === "live") document.body.dispatchEvent(new CustomEvent("live:back"));
}

/** Says at once that there is no connection, where something else has found out; the feed finds it again. */
export function lost() {
  say("stale");
  reconnect();
}

function reconnect() {
  wait = 250;
  const before = socket;
  socket = null;
  before?.close();
  connect();
}

/** Fetches again what shows one of some kinds; null: everything that is live. */
export function refresh(kinds = null) {
  demand((part) => kinds === null || part.dataset.live.split(" ").some((kind) => kinds.has(kind)));
}

function demand(concerns) {
  for (const part of document.querySelectorAll("[data-live]")) if (concerns(part)) due.add(part.id);
  if (due.size && !timer) timer = setTimeout(flush, Math.max(SETTLE, ended + PAUSE * taken - performance.now()));
  sign.toggleAttribute("data-fetching", timer !== 0);
}

/** Whether a part shows something of what has changed. */
function touches(part, changes) {
  const kinds = part.dataset.live.split(" ");
  const of = part.dataset.of?.split(" ") ?? [];
  const narrow = new Set(of.map((key) => key.split("/")[0]));
  return changes.some(({ entity: { type, id } }) => kinds.includes(type) && (!narrow.has(type) || of.includes(`${type}/${id}`)));
}

async function flush() {
  const ids = [...due];
  due.clear();
  const begun = performance.now();
  try {
    await Promise.all(ids.map(fetchPart));
  } catch {
    // no connection: the page says so, and everything is fetched again when it is back
  } finally {
    ended = performance.now();
    taken = ended - begun;
    timer = due.size ? setTimeout(flush, Math.max(SETTLE, PAUSE * taken)) : 0;
    sign.toggleAttribute("data-fetching", timer !== 0);
  }
}

async function fetchPart(id) {
  const part = document.getElementById(id);
  if (!part?.dataset.from) return; // it shows nothing yet
  const before = new CustomEvent("live:before", { bubbles: true, cancelable: true, detail: { part } });
  if (!part.dispatchEvent(before)) return before.detail.done; // whoever fetches it otherwise says when that is done
  await htmx.ajax("GET", part.dataset.from, { target: part, swap: part.dataset.swap ?? "morph:innerHTML", source: part });
}

function connect() {
  clearTimeout(retry);
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const asked = new URLSearchParams(document.querySelector("[data-feed]")?.dataset.feed);
  if (upto !== null) asked.set("after", upto);
  const opened = new WebSocket(`${scheme}://${location.host}/live?${asked}`);
  socket = opened;
  opened.onmessage = (message) => {
    const { type, items: changes, parts, upto: number } = JSON.parse(message.data);
    heard = Date.now();
    wait = 250;
    upto = number;
    if (type === "hello") {
      if (!fresh) refresh();
      fresh = false;
    }
    say("live");
    if (type === "changes") {
      if (parts) document.body.dispatchEvent(new CustomEvent("live:parts", { detail: { parts, upto } }));
      const left = changes.filter(({ entity }) => parts?.[`${entity.type}/${entity.id}`] === undefined);
      demand((part) => touches(part, "feed" in part.dataset ? left : changes));
    }
  };
  opened.onclose = async (end) => {
    if (end.code === 4401) return changed();
    if (socket !== opened) return;
    // A stranger's handshake is refused without a word.
    if (end.code === 1006 && (await holds()) === false) return signedOut();
    if (socket !== opened) return;
    retry = setTimeout(connect, wait);
    wait = Math.min(wait * 2, MOST_WAIT);
  };
}

setInterval(() => {
  if (Date.now() - heard > STALE) say("stale");
}, 500);
banner.querySelector("[data-reconnect]").addEventListener("click", reconnect);
addEventListener("online", reconnect);
connect();
