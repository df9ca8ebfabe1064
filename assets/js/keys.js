// Letters as keys, by where they lie on the keyboard, so that they work in every layout. Silent in fields and dialogs;
// single letters can be switched off (WCAG 2.1.4).
import { nothingToDo, undoLast } from "./acts.js";

const OFF = "virel.letters";
const help = document.getElementById("keys");
const letters = help.querySelector("[data-letters]");
letters.checked = localStorage.getItem(OFF) !== "off";
letters.addEventListener("change", () => localStorage.setItem(OFF, letters.checked ? "on" : "off"));

const own = new Map();

/** Has a key do something; `code` as KeyboardEvent.code has it. One that has nothing to do says so with false. */
export function onKey(code, does) {
  own.set(code, does);
}

export function typing(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Shows the keys that do something here: those of the buttons in view, and those that scripts listen for. */
function explain() {
  for (const row of help.querySelectorAll("[data-code]")) row.hidden = !own.has(row.dataset.code);
  const found = new Map();
  for (const one of document.querySelectorAll("[data-key]")) {
    if (!one.checkVisibility() || found.has(one.dataset.key)) continue;
    const label = one.cloneNode(true);
    for (const mark of label.querySelectorAll("kbd, .sr.pho")) mark.remove();
    found.set(one.dataset.key, one.getAttribute("aria-label") ?? label.textContent.trim());
  }
  const here = help.querySelector("[data-here]");
  here.hidden = found.size === 0;
  here.querySelector("dl").replaceChildren(...[...found].map(([letter, does]) => {
    const row = document.createElement("div");
    const [term, key, told] = ["dt", "kbd", "dd"].map((name) => document.createElement(name));
    key.textContent = letter.toUpperCase();
    told.textContent = does;
    term.append(key);
    row.append(term, told);
    return row;
  }));
}

/** Opens a dialog of the page by its id. */
export function open(id) {
  if (id === help.id) explain();
  document.getElementById(id).showModal();
}

function button(code) {
  const letter = code.replace("Key", "").toLowerCase();
  return [...document.querySelectorAll(`[data-key="${letter}"]`)].find((one) => one.checkVisibility());
}

/** A button of the table's row that one is at: its letters are in data-rowkey. */
function rowButton(code) {
  const letter = code.replace("Key", "").toLowerCase();
  return document.activeElement?.closest("tr")?.querySelector(`[data-rowkey="${CSS.escape(letter)}"]`) ?? null;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if ((event.metaKey || event.ctrlKey) && event.code === "KeyK") {
    event.preventDefault();
    open("palette");
    return;
  }
  if (event.metaKey || event.ctrlKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && own.has("Escape")) return own.get("Escape")(event);
  if (["ArrowDown", "ArrowUp", "Enter"].includes(event.key) && own.has(event.key) && own.get(event.key)(event) !== false) return;
  if (!letters.checked) return;
  if (event.key === "?") return open("keys");
  if (event.key === "/" || (event.code === "Slash" && !event.shiftKey)) {
    event.preventDefault();
    open("palette");
    return;
  }
  if (event.code === "KeyZ") return void (undoLast() || nothingToDo("Z"));
  const inRow = rowButton(event.code);
  if (!inRow && own.has(event.code) && own.get(event.code)(event) !== false) return;
  const found = inRow ?? button(event.code);
  if (found) {
    event.preventDefault();
    if (found.matches("[data-open]") && document.activeElement === document.body) found.focus(); // closing it comes back here
    found.click();
  } else if (/^Key[A-Z]$/.test(event.code) && !event.repeat) nothingToDo(event.code.at(-1));
});

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
}
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) open(opener.dataset.open);
});
