// Acts that met no connection: kept in this tab, and sent again with the key of the first time when there is one, so that
// one whose answer alone was lost is not done twice.
import htmx from "./htmx.js";
import { toast } from "./acts.js";
import { lost } from "./live.js";

const KEY = "virel.kept";
const READ = 2000;
const words = document.body.dataset;
let kept = JSON.parse(sessionStorage.getItem(KEY) ?? "[]").filter((one) => one.visitor === words.visitor);
let sending = false;
let pause = 0;
let told = null;
let since = 0;

/** Says how it stands with what is kept; what was said before stays until it could be read. */
function tell(text, more) {
  const before = told;
  if (before) setTimeout(() => before.remove(), Math.max(0, since + READ - performance.now()));
  told = toast(text, more);
  since = performance.now();
}

// An element of its own, so that no other request of the page is waited for, or thrown away.
const source = document.body.appendChild(document.createElement("div"));
source.hidden = true;

function store() {
  sessionStorage.setItem(KEY, JSON.stringify(kept));
}
store();

function unsent(event) {
  const { verb, path, headers, formData } = event.detail.requestConfig;
  if (verb === "get") return lost();
  keepAct({ verb, path, key: headers["Idempotency-Key"], fields: [...formData.entries()] });
}

/** Keeps an act that got no answer, with the key that it was sent with, and says so; the page of somebody who is
 *  `signedOut` says already how it goes on. */
export function keepAct({ verb, path, key, fields, signedOut = false }) {
  if (!signedOut) lost();
  if (kept.some((one) => one.key === key)) return; // again in vain: it waits on
  if (fields.some(([, value]) => typeof value !== "string")) return toast(words.offline, { bad: true });
  // Whoever presses again means the same act.
  const same = (one) => one.path === path && JSON.stringify(one.fields) === JSON.stringify(fields);
  // What was done before it in the same silence raised the versions that this page knew: the server is told by which acts.
  const after = kept.map((one) => one.key).join(",");
  if (!kept.some(same)) kept.push({ visitor: words.visitor, verb, path, key, fields, after });
  store();
  if (!signedOut) tell(words.kept, { bad: true });
}

async function again() {
  if (sending || !kept.length) return;
  sending = true;
  tell(words.again);
  try {
    while (kept.length) {
      const { verb, path, key, fields, after } = kept[0];
      const values = new FormData();
      for (const [name, value] of fields) values.append(name, value);
      if (!(await once(verb, path, { "Idempotency-Key": key, "Virel-After": after ?? "" }, values))) {
        pause = Math.min(Math.max(1000, 2 * pause), 30000);
        tell(words.kept, { bad: true });
        break;
      }
      pause = 0;
      kept.shift();
      store();
    }
  } finally {
    sending = false;
  }
}

/** Sends one; whether it was answered, whatever the answer, but that one must sign in first. */
async function once(verb, path, headers, values) {
  let answered = false;
  const heard = (event) => {
    const { requestConfig, xhr } = event.detail;
    if (requestConfig.headers["Idempotency-Key"] === headers["Idempotency-Key"]) answered = xhr.status !== 401;
  };
  document.body.addEventListener("htmx:beforeOnLoad", heard);
  try {
    await htmx.ajax(verb.toUpperCase(), path, {
      values, headers, swap: "none", source,
    });
  } catch {
    // no connection yet: `unsent` has heard of it
  } finally {
    document.body.removeEventListener("htmx:beforeOnLoad", heard);
  }
  return answered;
}

document.body.addEventListener("htmx:responseError", (event) => {
  const { requestConfig, xhr } = event.detail;
  if (xhr.status !== 401 || requestConfig.verb === "get") return;
  const { verb, path, headers, formData } = requestConfig;
  keepAct({ verb, path, key: headers["Idempotency-Key"], fields: [...formData.entries()], signedOut: true });
});
document.body.addEventListener("htmx:sendError", unsent);
document.body.addEventListener("htmx:timeout", unsent);
document.body.addEventListener("live:back", () => setTimeout(again, pause));
