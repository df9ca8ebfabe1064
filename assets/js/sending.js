// Forms in dialogs that send an act, which they say in data-sends. They stay open with what was typed until it is done;
// why not is said in them.
import htmx from "./htmx.js";

/** Says in a form why it was not done; an empty text takes that back. */
export function tell(form, text) {
  const fault = form.querySelector("[data-fault]");
  if (!fault) return;
  fault.textContent = text;
  fault.hidden = text === "";
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-sends]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  tell(form, "");
  try {
    const values = Object.fromEntries(new FormData(form));
    await htmx.ajax("POST", form.dataset.sends, { values, swap: "none", source: document.body });
  } finally {
    delete form.dataset.busy;
  }
});
document.body.addEventListener("said", () => {
  const form = document.querySelector("dialog[open] form[data-sends]");
  if (!form) return;
  form.closest("dialog").close();
  form.reset();
});
document.body.addEventListener("refused", (event) => {
  const form = document.querySelector("dialog[open] form[data-sends]");
  if (!form) return;
  tell(form, event.detail.text);
  if (form.elements.sure) form.elements.sure.value = event.detail.sure ?? "";
});
