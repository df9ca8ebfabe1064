// The sheets that ask for a reason, a person or an instant. Each gives what was chosen, or null where one went back.
const sheets = Object.fromEntries(
  ["reason", "assign", "snooze"].map((name) => [name, document.getElementById(`sheet-${name}`)]),
);
let answer = null;

/** Asks; `about` stands in the sheet, `machine` and `move` say whose last reasons are offered. With `again` what was typed
 *  before is still there, to be put right. */
export function ask(kind, { about = "", machine = "", move = "", again = false }) {
  const sheet = sheets[kind];
  answer = null;
  return new Promise((resolve) => {
    sheet.addEventListener("close", () => resolve(answer), { once: true });
    if (!again) sheet.querySelector("form").reset();
    sheet.showModal();
    if (kind === "reason") askReason(sheet, about, machine, move);
    if (kind === "assign") {
      filterPeople(again ? sheet.querySelector("[role=combobox]").value : "");
      sheet.querySelector("[role=combobox]").focus();
    }
    if (kind === "snooze") {
      const own = sheet.querySelector("[name=until]");
      if (!own.value) mark(sheet, choices(sheet)[0]);
      (own.value ? own : sheet.querySelector("[role=listbox]")).focus();
    }
  });
}

function done(sheet, given) {
  answer = given;
  sheet.close();
}

const choices = (sheet) => [...sheet.querySelectorAll("[role=option]")].filter((one) => !one.hidden);

function mark(sheet, one) {
  for (const other of sheet.querySelectorAll("[role=option]")) other.setAttribute("aria-selected", String(other === one));
  const owner = sheet.querySelector("[role=combobox], [role=listbox][tabindex]");
  if (one) {
    owner.setAttribute("aria-activedescendant", one.id);
    one.scrollIntoView({ block: "nearest" });
  } else owner.removeAttribute("aria-activedescendant");
}

function move(sheet, event, by) {
  event.preventDefault();
  const found = choices(sheet);
  const at = found.findIndex((one) => one.getAttribute("aria-selected") === "true");
  mark(sheet, found.at((at + by + found.length) % found.length));
}

function chosen(sheet) {
  return choices(sheet).find((one) => one.getAttribute("aria-selected") === "true");
}

async function askReason(sheet, about, machine, move) {
  const field = sheet.querySelector("[name=reason]");
  const lately = sheet.querySelector("#reasons-lately");
  sheet.querySelector("[data-about]").textContent = about;
  lately.replaceChildren();
  field.focus();
  const found = await fetch(`/todo/reasons?machine=${machine}&move=${move}`);
  if (!found.ok || !sheet.open) return;
  lately.innerHTML = await found.text();
  const last = lately.querySelector("[data-reason]");
  if (last && field.value === "") {
    field.value = last.dataset.reason; // what was said last is mostly meant again: Enter sends it, typing replaces it
    field.select();
  }
}

function filterPeople(words) {
  const sheet = sheets.assign;
  const wanted = words.trim().toLocaleLowerCase();
  for (const one of sheet.querySelectorAll("[role=option]")) {
    one.hidden = !one.textContent.toLocaleLowerCase().includes(wanted);
  }
  mark(sheet, choices(sheet).find((one) => one.dataset.value !== "nobody") ?? choices(sheet)[0]);
}

if (sheets.reason) {
  sheets.reason.addEventListener("submit", () => {
    answer = { reason: sheets.reason.querySelector("[name=reason]").value };
  });
  sheets.reason.addEventListener("click", (event) => {
    const one = event.target.closest("[data-reason]");
    if (one) done(sheets.reason, { reason: one.dataset.reason });
  });

  const find = sheets.assign.querySelector("[role=combobox]");
  find.addEventListener("input", () => filterPeople(find.value));
  const give = (one) => one && done(sheets.assign, { user: one.dataset.value });
  sheets.assign.addEventListener("submit", (event) => {
    event.preventDefault();
    give(chosen(sheets.assign));
  });
  sheets.assign.addEventListener("click", (event) => give(event.target.closest("[role=option]")));

  const until = (one) => {
    const reason = sheets.snooze.querySelector("[name=reason]").value;
    if (one) done(sheets.snooze, { until: one.dataset.value, reason });
  };
  sheets.snooze.addEventListener("submit", (event) => {
    event.preventDefault();
    const { until: own, reason } = Object.fromEntries(new FormData(sheets.snooze.querySelector("form")));
    if (own) done(sheets.snooze, { until: own, reason });
    else until(chosen(sheets.snooze));
  });
  sheets.snooze.addEventListener("click", (event) => until(event.target.closest("[role=option]")));
  sheets.snooze.querySelector("[role=listbox]").addEventListener("keydown", (event) => {
    if (event.key === "Enter") until(chosen(sheets.snooze));
    else if (/^[1-9]$/.test(event.key)) until(choices(sheets.snooze)[Number(event.key) - 1]);
  });
  for (const sheet of [sheets.assign, sheets.snooze]) {
    sheet.addEventListener("keydown", (event) => {
      if (event.target.type === "datetime-local") return;
      if (event.key === "ArrowDown") move(sheet, event, 1);
      if (event.key === "ArrowUp") move(sheet, event, -1);
    });
  }
}
