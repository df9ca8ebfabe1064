// Sends an act of the Action Center once, and tells the page what came of it as a button's act does. One that got no answer
// is kept, and sent again with its key.
import { toast } from "../acts.js";
import { keepAct } from "../kept.js";
import { signedOut } from "../session.js";

const PATIENCE = 30000;
const under = new Set();

/** Sends a form; `{ ok, status, text, told }`, or nothing while the same is still on its way, or where one is signed out. */
export async function post(path, values = {}) {
  if (under.has(path)) return null;
  under.add(path);
  const key = crypto.randomUUID();
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "X-CSRF-Token": document.body.dataset.csrf, "Idempotency-Key": key },
      body: new URLSearchParams(values),
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.status === 401 || answer.redirected) {
      keepAct({ verb: "post", path, key, fields: [...new URLSearchParams(values)], signedOut: true });
      return void signedOut();
    }
    const text = await answer.text();
    const told = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}");
    for (const [name, detail] of Object.entries(told)) document.body.dispatchEvent(new CustomEvent(name, { detail }));
    if (!answer.ok && !told.refused) toast(problem(text) || answer.statusText, { bad: true });
    return { ok: answer.ok, status: answer.status, text, told };
  } catch (error) {
    if (!(error instanceof TypeError || error.name === "TimeoutError")) throw error;
    keepAct({ verb: "post", path, key, fields: [...new URLSearchParams(values)] }); // no answer at all
    return { ok: false, text: "", told: {} };
  } finally {
    under.delete(path);
  }
}

function problem(text) {
  try {
    return JSON.parse(text).detail;
  } catch {
    return ""; // no problem details: the status line has to do
  }
}
