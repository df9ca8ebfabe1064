// What is done from the card and to what is picked: at once, or after a sheet has asked for what is missing.
import { nothingToDo, toast } from "../acts.js";
import { counted, said } from "../clocks.js";
import { during, forget } from "./ahead.js";
import { card, go, loaded, reload } from "./card.js";
import { refresh } from "./merge.js";
import { post } from "./post.js";
import { following, here, pick, picked } from "./rows.js";
import { ask } from "./sheets.js";

/** Sends an act on the chosen item; with `settles` the selection goes on to the next row. */
async function perform(path, values, settles) {
  const row = here();
  const came = await during(async () => {
    const answer = await post(path, values);
    if (answer?.ok && settles && row === here()) {
      const next = following(row);
      if (next) go(next, { show: false });
    }
    return answer;
  });
  if (!came) return null;
  await Promise.all([refresh(), settles && came.ok ? null : reload()]);
  return came;
}

/** Asks, and asks again with what was typed while that is what was wrong. */
async function asked(kind, about, act) {
  for (let again = false; ; again = true) {
    const given = await ask(kind, { ...about, again });
    if (!given || (await act(given))?.status !== MISTAKEN) return;
  }
}

const base = () => `/acts/${here().dataset.keyOf}`;

async function chosenAct(button) {
  if (button.getAttribute("aria-disabled") === "true") {
    const why = document.getElementById(button.getAttribute("aria-describedby"));
    if (why) toast(why.textContent);
    return;
  }
  const { act, version, move } = button.dataset;
  const settles = "settles" in button.dataset;
  const kind = button.dataset.needs;
  if (!kind) return perform(act, { version }, settles);
  if (kind === "reason") {
    const machine = here()?.dataset.keyOf.split("/")[0] ?? "";
    const about = `${button.title}: ${card.querySelector("h2").textContent}`;
    return asked("reason", { about, machine, move }, (given) => perform(act, { version, ...given }, settles));
  }
  const path = `${base()}/${kind}`;
  return asked(kind, {}, (given) => perform(path, { version, ...given }, true));
}

card?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act], [data-needs], [aria-disabled=true]");
  if (button) chosenAct(button);
});

/** Presses the card's button for a letter, once the card is the chosen row's; on what is picked where that is meant. */
export async function press(letter) {
  if (picked().length && BULK[letter]) {
    const offered = bar.querySelector(`[data-bulk="${BULK[letter]}"]`)?.checkVisibility();
    return offered ? bulk(BULK[letter]) : nothingToDo(letter.toUpperCase());
  }
  const row = here()?.id;
  await during(async (late) => {
    for (let before = null; before !== loaded; ) await (before = loaded); // the feed may have it fetched again meanwhile
    if (late() || row !== here()?.id) return; // somebody has gone on by hand
    const found = row && card.querySelector(`[data-key="${letter}"]`);
    if (found) return found.click();
    if (row && card.querySelector("[data-unreached]")) toast(said("unreached"), { bad: true });
    else nothingToDo(letter.toUpperCase());
    forget(); // it was meant for what the letter would have opened
  }, { itself: true });
}

const MISTAKEN = 422;
const BULK = { a: "assign", s: "snooze", e: "resolve" };
const bar = document.getElementById("bulk");

/** Says how many are picked, and what can be done with them at once. */
export function told() {
  const found = picked();
  bar.hidden = found.length === 0;
  document.body.toggleAttribute("data-picking", found.length > 0);
  if (!found.length) return;
  bar.querySelector("[data-bulk=snooze]").hidden = !found.some((row) => "snoozable" in row.dataset);
  const reasoned = found.filter((row) => "reasoned" in row.dataset).length;
  bar.querySelector("[data-picked-text]").textContent = counted("picked", found.length);
  const plain = found.length - reasoned;
  const hint = plain && reasoned ? "some" : reasoned ? "reasoned" : "settled";
  bar.querySelector("[data-hint]").textContent = said(hint, { plain, reasoned });
}

/** One act on all that is picked: one request, and a list of those that it could not be done to. */
export async function bulk(what) {
  const found = picked();
  let given = {};
  if (what === "resolve") {
    if (found.some((row) => "reasoned" in row.dataset)) {
      given = await ask("reason", { about: bar.querySelector("[data-picked-text]").textContent, machine: "exception", move: "resolve" });
    }
  } else given = await ask(what, {});
  if (!given) return;
  const items = found.map((row) => row.dataset.keyOf).join(" ");
  const came = await during(() => post("/acts/work/bulk", { what, items, ...given }));
  if (!came?.ok) return;
  if (came.told.worked.failed) {
    document.getElementById("outcome").innerHTML = came.text;
    document.getElementById("sheet-outcome").showModal();
  } else for (const row of found) if (row.isConnected) pick(row, false);
  await refresh();
  if (here()) await reload();
}

export function unpickAll() {
  for (const row of picked()) pick(row, false);
}

bar?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-bulk], [data-unpick]");
  if (!button) return;
  if ("unpick" in button.dataset) unpickAll();
  else bulk(button.dataset.bulk);
});

