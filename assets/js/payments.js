// The dialog of a new payment begins with what is due now: its button, which follows the live feed, says so in data-fill.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  const form = button && document.getElementById(button.dataset.open)?.querySelector("form");
  if (!form) return;
  form.reset();
  for (const [name, value] of Object.entries(JSON.parse(button.dataset.fill))) form.elements[name].value = value;
}, true);
