// Why, without leaving the page; and how long a message is still here.
const why = document.getElementById("why");
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-why]");
  if (!link || !why || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  const answer = await fetch(`${link.getAttribute("href")}?part=1`);
  if (!answer.ok) return location.assign(link.href);
  document.getElementById("why-told").innerHTML = await answer.text();
  why.showModal();
});

function count() {
  for (const part of document.querySelectorAll("[data-until]")) {
    const left = Math.ceil((Date.parse(part.dataset.until) - Date.now()) / 1000);
    const text = left > 0 ? part.dataset.in.replace("{time}", `${left} s`) : part.dataset.past;
    if (left < 100 && part.textContent !== text) part.textContent = text;
  }
}
setInterval(count, 500);
count();
