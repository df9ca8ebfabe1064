// Chooses a password by a letter's link, or asks for such a letter. The link's secret is read from behind the #.
const token = location.hash.slice(1);
const problem = document.getElementById("problem");
const done = document.getElementById("done");
const choose = document.getElementById("choose");
const ask = document.getElementById("ask");
(token ? choose : ask).hidden = false;

function tell(place, text) {
  problem.hidden = done.hidden = true;
  place.textContent = text;
  place.hidden = false;
}

async function send(form, body) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(form.dataset.to, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      credentials: "omit",
      body: JSON.stringify(body),
    });
    const said = answer.status === 204 ? {} : await answer.json();
    if (answer.ok) return said;
    tell(problem, said.errors?.map((one) => one.message).join("; ") ?? said.detail);
  } catch {
    tell(problem, "Virel does not answer. Nothing was changed; try again in a moment.");
  } finally {
    button.disabled = false;
  }
  return null;
}

choose.addEventListener("submit", async (event) => {
  event.preventDefault();
  if ((await send(choose, { token, password: choose.password.value })) === null) return;
  history.replaceState(null, "", location.pathname);
  choose.hidden = true;
  tell(done, "Your password is kept. Sign in with it now.");
});

ask.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = await send(ask, { email: ask.email.value });
  if (said === null) return;
  ask.hidden = true;
  tell(done, said.detail);
});
