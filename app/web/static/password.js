// Chooses a password by a letter's link, or asks for such a letter. The link's secret is read from behind the #.
// What is refused is said beside its field, in the words of the page.
const token = location.hash.slice(1);
const problem = document.getElementById("problem");
const done = document.getElementById("done");
const choose = document.getElementById("choose");
const ask = document.getElementById("ask");
const words = document.getElementById("words");
(token ? choose : ask).hidden = false;

function tell(place, text) {
  place.textContent = text;
  place.hidden = false;
}

function clear() {
  problem.hidden = done.hidden = true;
  for (const fault of document.querySelectorAll(".fault")) fault.hidden = true;
  for (const field of document.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

function said(message) {
  return [...words.children].find((one) => message.includes(one.dataset.of))?.textContent ?? message;
}

function blame({ pointer, message }) {
  const field = document.getElementById(pointer.slice(1));
  const fault = document.getElementById(`${pointer.slice(1)}-fault`);
  if (!field || !fault) return tell(problem, said(message));
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", [field.dataset.advice ?? "", fault.id].join(" ").trim());
  tell(fault, said(message));
  field.focus();
}

async function send(form, body) {
  const button = form.querySelector("button");
  clear();
  button.disabled = true;
  try {
    const answer = await fetch(form.dataset.to, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      credentials: "omit",
      body: JSON.stringify(body),
    });
    if (answer.ok) return true;
    const told = await answer.json();
    if (told.errors?.length) told.errors.forEach(blame);
    else tell(problem, words.dataset[`e${answer.status}`] ?? told.detail);
  } catch {
    tell(problem, words.dataset.silent);
  } finally {
    button.disabled = false;
  }
  return false;
}

choose.password.dataset.advice = "advice";
choose.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!(await send(choose, { token, password: choose.password.value }))) return;
  history.replaceState(null, "", location.pathname);
  choose.hidden = true;
  tell(done, choose.dataset.done);
});

ask.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!(await send(ask, { email: ask.email.value }))) return;
  ask.hidden = true;
  tell(done, ask.dataset.done);
});
