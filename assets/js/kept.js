// Acts that met no connection: kept in this tab, and sent again with the key of the first time when there is one, so that
// one whose answer alone was lost is not done twice.
import htmx from "./htmx.js";
import { toast } from "./acts.js";
import { lost } from "./live.js";

const KEY = "virel.kept";
const words = document.body.dataset;
let kept = JSON.parse(sessionStorage.getItem(KEY) ?? "[]").filter((one) => one.visitor === words.visitor);
let sending = false;
let pause = 0;
let told = null;

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

/** Keeps an act that got no answer, with the key that it was sent with, and says so. */
export function keepAct({ verb, path, key, fields }) {
  lost();
  if (kept.some((one) => one.key === key)) return; // again in vain: it waits on
  if (fields.some(([, value]) => typeof value !== "string")) return toast(words.offline, { bad: true });
  // Whoever presses again means the same act.
  const same = (one) => one.path === path && JSON.stringify(one.fields) === JSON.stringify(fields);
  if (!kept.some(same)) kept.push({ visitor: words.visitor, verb, path, key, fields });
  store();
  told?.remove();
  told = toast(words.kept, { bad: true });
}

async function again() {
  if (sending || !kept.length) return;
  sending = true;
  told?.remove();
  told = toast(words.again);
  try {
    while (kept.length) {
      const { verb, path, key, fields } = kept[0];
      const values = new FormData();
      for (const [name, value] of fields) values.append(name, value);
      if (!(await once(verb, path, key, values))) {
        pause = Math.min(Math.max(1000, 2 * pause), 30000);
        told?.remove();
        told = toast(words.kept, { bad: true });
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
async function once(verb, path, key, values) {
  let answered = false;
  const heard = (event) => {
    const { requestConfig, xhr } = event.detail;
    if (requestConfig.headers["Idempotency-Key"] === key) answered = xhr.status !== 401;
  };
  document.body.addEventListener("htmx:beforeOnLoad", heard);
  try {
    await htmx.ajax(verb.toUpperCase(), path, {
      values, headers: { "Idempotency-Key": key }, swap: "none", source,
    });
  } catch {
    // no connection yet: `unsent` has heard of it
  } finally {
    document.body.removeEventListener("htmx:beforeOnLoad", heard);
  }
  return answered;
}

document.body.addEventListener("htmx:sendError", unsent);
document.body.addEventListener("htmx:timeout", unsent);
document.body.addEventListener("live:back", () => setTimeout(again, pause));
