// The live feed: what changed is told by number, in order; parts of the page that show such things are fetched again.
// A part says in data-live which kinds it shows, and in data-from where it comes from.
import htmx from "./htmx.js";
import { changed, holds, signedOut } from "./session.js";

const sign = document.getElementById("live");
const banner = document.getElementById("stale");
const STALE = 4500;
const SETTLE = 120;
let upto = null;
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
  for (const part of document.querySelectorAll("[data-live]")) {
    if (kinds === null || part.dataset.live.split(" ").some((kind) => kinds.has(kind))) due.add(part.id);
  }
  if (due.size && !timer) timer = setTimeout(flush, SETTLE);
  sign.toggleAttribute("data-fetching", timer !== 0);
}

async function flush() {
  const ids = [...due];
  due.clear();
  try {
    await Promise.all(ids.map(fetchPart));
  } catch {
    // no connection: the page says so, and everything is fetched again when it is back
  } finally {
    timer = due.size ? setTimeout(flush, SETTLE) : 0;
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
  const opened = new WebSocket(`${scheme}://${location.host}/live${upto === null ? "" : `?after=${upto}`}`);
  socket = opened;
  opened.onmessage = (message) => {
    const told = JSON.parse(message.data);
    heard = Date.now();
    wait = 250;
    upto = told.upto;
    if (told.type === "hello") refresh();
    say("live");
    if (told.type === "changes") {
      const changes = told.items;
      document.body.dispatchEvent(new CustomEvent("live:changes", { detail: changes }));
      refresh(new Set(changes.map((one) => one.entity.type)));
    }
  };
  opened.onclose = async (end) => {
    if (end.code === 4401) return changed();
    if (socket !== opened) return;
    // A stranger's handshake is refused without a word.
    if (end.code === 1006 && (await holds()) === false) return signedOut();
    if (socket !== opened) return;
    retry = setTimeout(connect, wait);
    wait = Math.min(wait * 2, 4000);
  };
}

setInterval(() => {
  if (Date.now() - heard > STALE) say("stale");
}, 500);
banner.querySelector("[data-reconnect]").addEventListener("click", reconnect);
addEventListener("online", reconnect);
connect();
