// Dialogs that send an act: the one that asks for a reason, and forms of their own. They stay open with what was typed
// until it is done; why not is said in them.
import htmx from "./htmx.js";

const ask = document.getElementById("ask");
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask]");
  if (!button || !ask || button.getAttribute("aria-disabled") === "true") return;
  const form = ask.querySelector("form");
  form.reset();
  form.dataset.act = button.dataset.ask;
  form.elements.version.value = button.dataset.version ?? "";
  ask.querySelector("h2").textContent = [button.dataset.title, button.dataset.name].filter(Boolean).join(" ");
  ask.querySelector("[data-submit]").textContent = button.dataset.title;
  tell(form, "");
  ask.showModal();
  form.elements.reason.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
  event.target.closest?.("dialog[open] form[data-act]")?.requestSubmit();
});

function tell(form, text) {
  const fault = form.querySelector("[data-fault]");
  if (!fault) return;
  fault.textContent = text;
  fault.hidden = text === "";
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-act]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  tell(form, "");
  try {
    const values = Object.fromEntries(new FormData(form));
    await htmx.ajax("POST", form.dataset.act, { values, swap: "none", source: document.body });
  } finally {
    delete form.dataset.busy;
  }
});
document.body.addEventListener("said", () => {
  const form = document.querySelector("dialog[open] form[data-act]");
  if (!form) return;
  form.closest("dialog").close();
  form.reset();
});
document.body.addEventListener("refused", (event) => {
  const form = document.querySelector("dialog[open] form[data-act]");
  if (form) tell(form, event.detail.text);
});
