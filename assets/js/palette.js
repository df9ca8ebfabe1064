// ⌘K: places to go are here already, entities are asked for while one types.
const palette = document.getElementById("palette");
const field = palette.querySelector("input");
const list = palette.querySelector("[role=listbox]");
const places = [...list.children];
let asked = 0;

function options() {
  return [...list.querySelectorAll("[role=option]")].filter((one) => !one.hidden);
}

function choose(one) {
  for (const other of list.querySelectorAll("[aria-selected]")) other.removeAttribute("aria-selected");
  if (!one) return field.removeAttribute("aria-activedescendant");
  one.id ||= `found-${crypto.randomUUID()}`;
  one.setAttribute("aria-selected", "true");
  one.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", one.id);
}

async function look() {
  const words = field.value.trim().toLocaleLowerCase();
  for (const place of places) place.hidden = words !== "" && !place.dataset.words.toLocaleLowerCase().includes(words);
  const turn = ++asked;
  let found = "";
  if (words.length > 1) {
    const answer = await fetch(`/find?part=1&q=${encodeURIComponent(words)}`);
    if (turn !== asked) return;
    if (answer.ok) found = await answer.text();
  }
  list.replaceChildren(...places);
  list.insertAdjacentHTML("beforeend", found);
  choose(options()[0]);
}

field.addEventListener("input", look);
palette.addEventListener("keydown", (event) => {
  const all = options();
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(all.at((at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length));
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    all[at].click();
  }
});
palette.addEventListener("close", () => {
  field.value = "";
  look();
});
