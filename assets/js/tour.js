// The five steps that a browser is shown once, and again from the menu. It stands beside the page, which goes on working;
// whoever goes elsewhere is not followed: a step waits on its own page.
const KEY = "virel.tour";
const tour = document.getElementById("tour");
const steps = [...tour.querySelectorAll("[data-step]")];
const back = tour.querySelector("[data-back]");
const next = tour.querySelector("[data-next]");
const last = tour.querySelector("footer [data-end]");

function show(at) {
  localStorage.setItem(KEY, at);
  steps.forEach((step, number) => (step.hidden = number !== at));
  back.hidden = at === 0;
  next.hidden = at === steps.length - 1;
  last.hidden = !next.hidden;
  tour.hidden = false;
}

function end() {
  const inside = tour.contains(document.activeElement);
  localStorage.setItem(KEY, "done");
  tour.hidden = true;
  if (inside) document.getElementById("main").focus();
}

function step(by) {
  show(steps.findIndex((one) => !one.hidden) + by);
  (last.hidden ? next : last).focus();
}

back.addEventListener("click", () => step(-1));
next.addEventListener("click", () => step(1));
for (const one of tour.querySelectorAll("[data-end]")) one.addEventListener("click", end);
tour.addEventListener("keydown", (event) => {
  if (event.key === "Escape") end();
  else if (event.key === "ArrowRight" && !next.hidden) step(1);
  else if (event.key === "ArrowLeft" && !back.hidden) step(-1);
  else return;
  event.preventDefault(); // and no key of the page
});
document.querySelector("[data-tour]").addEventListener("click", (event) => {
  event.target.closest("details").open = false;
  const nav = document.getElementById("nav");
  if (nav.matches(":popover-open")) nav.hidePopover();
  show(0);
  tour.focus();
});

const reached = localStorage.getItem(KEY);
if (reached === null && location.pathname === "/") {
  show(0);
  tour.focus();
} else if (/^\d$/.test(reached ?? "")) {
  const at = Math.min(Number(reached), steps.length - 1);
  const { path } = steps[at].dataset;
  if (location.pathname === path || (path !== "/" && location.pathname.startsWith(`${path}/`))) show(at);
}
