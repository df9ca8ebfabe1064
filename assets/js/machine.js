// A click on a state or a move of the picture presses the move's button; keys and screen readers have the button itself.
document.addEventListener("click", (event) => {
  const drawn = event.target.closest("[data-press]");
  if (drawn) document.getElementById(drawn.dataset.press)?.click();
});
// A refused button stays where it is and says why.
document.addEventListener("click", (event) => {
  const button = event.target.closest('button[aria-disabled=true][aria-describedby^="why-move-"]');
  if (!button) return;
  event.preventDefault();
  const reason = document.getElementById(button.getAttribute("aria-describedby") ?? "");
  if (reason) document.body.dispatchEvent(new CustomEvent("refused", { detail: { text: reason.textContent } }));
});
