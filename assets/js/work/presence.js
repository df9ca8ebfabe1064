// Who else is here, and which card each has open. Said again while the page is looked at; forgotten a minute later.
import { reload } from "./card.js";
import { here, list, rows } from "./rows.js";

const EVERY = 20000;
const SETTLE = 300;
let items = {};
let timer = 0;

/** Says on the rows who is handling them. */
export function show() {
  for (const place of rows().querySelectorAll(".r .pres")) {
    const text = items[place.closest(".r").dataset.keyOf] ?? "";
    place.hidden = text === "";
    if (place.textContent !== text) place.textContent = text;
  }
}

async function say() {
  if (document.hidden) return;
  const item = here()?.dataset.keyOf ?? "";
  const answer = await fetch("/acts/presence", {
    method: "POST",
    headers: { "X-CSRF-Token": document.body.dataset.csrf },
    body: new URLSearchParams({ item }),
  }).catch(() => null); // the banner tells of the connection
  if (!answer?.ok || answer.redirected) return;
  const told = await answer.json();
  const before = items[item];
  items = told.items;
  document.getElementById("here").innerHTML = told.here;
  show();
  if (item && before !== items[item] && here()?.dataset.keyOf === item) reload();
}

/** Says soon where one is now. */
export function moved() {
  if (document.getElementById("looking")) return;
  clearTimeout(timer);
  timer = setTimeout(say, SETTLE);
}

// Who looks through another role is here as nobody.
if (list && !document.getElementById("looking")) {
  setInterval(say, EVERY);
  document.addEventListener("visibilitychange", moved);
  addEventListener("pagehide", () => {
    const body = new URLSearchParams({ leave: "1" });
    fetch("/acts/presence", { method: "POST", keepalive: true, headers: { "X-CSRF-Token": document.body.dataset.csrf }, body });
  });
  moved();
}
