// Acts that need a reason ask for it in a sheet: a button says in data-ask where it is sent, in data-title what is done.
import { tell } from "./sending.js";

const ask = document.getElementById("ask");
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask]");
  if (!button || !ask || button.getAttribute("aria-disabled") === "true") return;
  const form = ask.querySelector("form");
  form.reset();
  form.dataset.sends = button.dataset.ask;
  form.elements.version.value = button.dataset.version ?? "";
  ask.querySelector("h2").textContent = [button.dataset.title, button.dataset.name].filter(Boolean).join(" ");
  ask.querySelector("[data-submit]").textContent = button.dataset.title;
  tell(form, "");
  ask.showModal();
  form.elements.reason.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
  event.target.closest?.("dialog[open] form[data-sends]")?.requestSubmit();
});
