// The live feed: what changed is told by number, in order; parts of the page that show such things are fetched again.
// A part says in data-live which kinds it shows, and in data-from where it comes from.
import htmx from "./htmx.js";

const sign = document.getElementById("live");
const banner = document.getElementById("stale");
const STALE = 5000;
const SETTLE = 120;
let upto = null;
let heard = Date.now();
let wait = 250;
let retry = 0;
let socket = null;
const due = new Set();
let timer = 0;

function say(state) {
  if (sign.dataset.state === state) return;
  sign.dataset.state = state;
  if (state === "stale") {
    const since = new Date(heard);
    banner.querySelector("[data-since]").textContent = since.toLocaleTimeString(document.documentElement.lang);
  }
  banner.hidden = state !== "stale";
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
  } finally {
    timer = due.size ? setTimeout(flush, SETTLE) : 0;
    sign.toggleAttribute("data-fetching", timer !== 0);
  }
}

async function fetchPart(id) {
  const part = document.getElementById(id);
  if (!part?.dataset.from) return; // it shows nothing yet
  const before = new CustomEvent("live:before", { bubbles: true, cancelable: true, detail: { part } });
  if (!part.dispatchEvent(before)) return;
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
  opened.onclose = (end) => {
    if (end.code === 4401) return location.reload();
    if (socket !== opened) return;
    retry = setTimeout(connect, wait);
    wait = Math.min(wait * 2, 4000);
  };
}

setInterval(() => {
  if (Date.now() - heard > STALE) say("stale");
}, 500);
banner.querySelector("[data-reconnect]").addEventListener("click", () => {
  wait = 250;
  socket?.close();
  connect();
});
addEventListener("online", () => connect());
connect();
