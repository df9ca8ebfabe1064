// ⌘K: commands of this page, where one was, and places to go are here already; entities are asked for while one types.
const palette = document.getElementById("palette");
const field = palette.querySelector("input");
const list = palette.querySelector("[role=listbox]");
const form = palette.querySelector("form");
const none = palette.querySelector("[data-none]");
const group = (name) => list.querySelector(`[data-group=${name}]`);
const RECENT = "virel.recent";
const KEPT = 6;
const WAIT = 90;
const LEAST = 2;
let asked = 0;
let timer = 0;
let opener = null;

const options = () => [...list.querySelectorAll("[role=option]")].filter((one) => !one.hidden && !one.closest("[hidden]"));
const plain = (text) => text.toLocaleLowerCase().replace(/\s+/g, " ").trim();

function choose(one) {
  for (const other of list.querySelectorAll("[aria-selected=true]")) other.setAttribute("aria-selected", "false");
  if (!one) return field.removeAttribute("aria-activedescendant");
  one.setAttribute("aria-selected", "true");
  one.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", one.id);
}

function option(name, id, icon, text, words) {
  const made = document.createElement(name);
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", "false");
  made.tabIndex = -1;
  made.id = id;
  made.dataset.words = words ?? text;
  const sign = document.createElement("i");
  sign.className = `i i-${icon}`;
  sign.setAttribute("aria-hidden", "true");
  const said = document.createElement("span");
  said.className = "ell";
  said.dataset.text = "";
  said.textContent = text;
  made.append(sign, said);
  return made;
}

function said(button) {
  if (button.dataset.word) return button.dataset.word;
  const copy = button.cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, .sr")) extra.remove();
  return button.getAttribute("aria-label") ?? copy.textContent.replace(/\s+/g, " ").trim();
}

/** What the page's own buttons do, with their letters; those of the row that one is at come first. */
function commands() {
  const place = group("here");
  for (const old of place.querySelectorAll("[role=option]")) old.remove();
  const row = opener?.closest?.(".recs tbody tr");
  const ofRow = [...(row?.querySelectorAll("[data-rowkey]") ?? [])]; // hidden by now, since the focus has left their row
  const others = [...document.querySelectorAll("main [data-key]")].filter((one) => one.checkVisibility());
  let number = 0;
  for (const button of [...ofRow, ...others]) {
    if (button.getAttribute("aria-disabled") === "true" || button.disabled) continue;
    const made = option("button", `palette-here-${number++}`, "bolt", said(button));
    made.type = "button";
    const space = document.createElement("span");
    space.className = "sp";
    const key = document.createElement("kbd");
    key.setAttribute("aria-hidden", "true");
    key.textContent = (button.dataset.key ?? button.dataset.rowkey).toUpperCase();
    made.append(space, key);
    made.addEventListener("click", () => {
      palette.close();
      button.click();
    });
    place.append(made);
  }
}

function visited() {
  try {
    const known = JSON.parse(localStorage.getItem(RECENT));
    return Array.isArray(known) ? known.filter((one) => one && one.path?.startsWith?.("/") && one.who === document.body.dataset.visitor) : [];
  } catch {
    return []; // nothing was kept, or something else was
  }
}

/** Pages of single entities say in data-recent what they are called; they are kept on this device. */
function remember() {
  const here = document.querySelector("[data-recent]");
  if (!here) return;
  const one = { path: location.pathname, title: here.dataset.recent, icon: here.dataset.icon ?? "history", who: document.body.dataset.visitor };
  const kept = [one, ...visited().filter((other) => other.path !== one.path)].slice(0, KEPT + 1);
  try {
    localStorage.setItem(RECENT, JSON.stringify(kept));
  } catch {
    // a private window may keep nothing
  }
}

function recent() {
  const place = group("recent");
  for (const old of place.querySelectorAll("[role=option]")) old.remove();
  const others = visited().filter((one) => one.path !== location.pathname);
  others.slice(0, KEPT).forEach((one, number) => {
    const made = option("a", `palette-recent-${number}`, /^[a-z]+$/.test(one.icon) ? one.icon : "history", String(one.title));
    made.href = one.path;
    place.append(made);
  });
}

/** Marks what was typed in a text. */
function light(one, words) {
  const place = one.querySelector("[data-text]");
  if (!place) return;
  const text = place.textContent;
  const at = words ? text.toLocaleLowerCase().indexOf(words) : -1;
  if (at < 0) return place.replaceChildren(text);
  const mark = document.createElement("mark");
  mark.textContent = text.slice(at, at + words.length);
  place.replaceChildren(text.slice(0, at), mark, text.slice(at + words.length));
}

function narrow(words) {
  for (const name of ["here", "recent", "places"]) {
    const place = group(name);
    let left = 0;
    for (const one of place.querySelectorAll("[role=option]")) {
      one.hidden = words !== "" && !plain(one.dataset.words).includes(words);
      light(one, words);
      if (!one.hidden) left += 1;
    }
    place.hidden = left === 0;
  }
}

function settle(waiting) {
  const all = options();
  if (!all.some((one) => one.getAttribute("aria-selected") === "true")) choose(all[0]);
  none.hidden = waiting || all.length > 0;
  palette.toggleAttribute("data-waiting", waiting);
}

function look() {
  const words = plain(field.value);
  const turn = ++asked;
  clearTimeout(timer);
  narrow(words);
  if (words.length < LEAST) {
    group("found").replaceChildren();
    choose(null);
    return settle(false);
  }
  choose(options()[0]);
  settle(true);
  timer = setTimeout(() => ask(words, turn), WAIT);
}

async function ask(words, turn) {
  let found = "";
  try {
    const answer = await fetch(`/find?part=1&q=${encodeURIComponent(words)}`);
    if (answer.redirected || answer.status === 401) return location.reload();
    if (answer.ok) found = await answer.text();
  } catch {
    // no connection: places and commands are still there, and the banner says why
  }
  if (turn !== asked) return;
  group("found").innerHTML = found;
  for (const one of group("found").querySelectorAll("[role=option]")) one.setAttribute("aria-selected", "false");
  settle(false);
}

field.addEventListener("input", look);
palette.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const all = options();
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: Math.min(at + 8, all.length - 1), PageUp: Math.max(at - 8, 0) };
  if (event.key in moves && all.length) {
    event.preventDefault();
    choose(all[(moves[event.key] + all.length) % all.length]);
  } else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "Enter" && event.target === field && at >= 0) {
    event.preventDefault();
    all[at].click();
  }
});
form.addEventListener("submit", (event) => {
  if (!field.value.trim()) event.preventDefault();
});
list.addEventListener("pointermove", (event) => {
  const one = event.target.closest("[role=option]");
  if (one && one.getAttribute("aria-selected") !== "true") choose(one);
});
// showModal() moves the focus before anybody can ask where it was
for (const name of ["keydown", "pointerdown"]) {
  document.addEventListener(name, () => (opener = palette.open ? opener : document.activeElement), true);
}
new MutationObserver(() => {
  if (!palette.open) return;
  commands();
  recent();
  look();
}).observe(palette, { attributes: true, attributeFilter: ["open"] });
palette.addEventListener("close", () => {
  field.value = "";
  asked += 1;
  clearTimeout(timer);
  group("found").replaceChildren();
});
remember();
