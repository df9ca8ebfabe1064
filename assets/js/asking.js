// Acts that need a reason ask for it in a sheet: a button says in data-ask where it goes, in data-title what is asked.
import { send } from "./acts.js";

const sheet = document.getElementById("asking");
if (sheet) {
  const form = sheet.querySelector("form");
  const field = form.querySelector("textarea");
  const title = sheet.querySelector("h2");
  const go = sheet.querySelector("[data-go]");
  let button = null;

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-ask]");
    if (!pressed || pressed.getAttribute("aria-disabled") === "true") return;
    if (pressed !== button) field.value = ""; // the same one again: what was typed is still meant
    button = pressed;
    title.textContent = pressed.dataset.title;
    go.textContent = pressed.dataset.go ?? pressed.firstChild.textContent.trim();
    sheet.showModal();
    field.focus();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = { reason: field.value.trim() };
    if (button.dataset.version) values.version = button.dataset.version;
    sheet.close();
    await send(button.dataset.ask, values);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) form.requestSubmit();
  });
}
