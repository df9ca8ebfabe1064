// Acts: what is sent once, what is said of it, and how it is undone.
import htmx from "./htmx.js";

const host = document.getElementById("toasts");
const STAYS = 6000;

document.body.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb === "get") return;
  event.detail.headers["X-CSRF-Token"] = document.body.dataset.csrf;
  event.detail.headers["Idempotency-Key"] ??= crypto.randomUUID();
  // A picture may take its time.
  if ([...event.detail.formData.values()].some((value) => value instanceof File)) event.detail.timeout = 0;
});

export function toast(text, { bad = false, undo = null, seconds = 0, href = null, name = "", path = "/acts/undo", stays = STAYS } = {}) {
  const made = document.createElement("div");
  made.className = bad ? "toast bad" : "toast";
  if (bad) made.setAttribute("role", "alert");
  const words = document.createElement("span");
  words.textContent = text;
  made.append(words);
  if (href) {
    const link = document.createElement("a");
    link.className = "btn sm";
    link.href = href;
    link.textContent = name;
    made.append(link);
  }
  if (undo) {
    const button = document.createElement("button");
    button.className = "btn sm";
    button.textContent = host.dataset.undo;
    const key = document.createElement("kbd");
    key.setAttribute("aria-hidden", "true");
    key.textContent = "Z";
    button.append(" ", key);
    button.addEventListener("click", () => takeBack(undo, made));
    made.append(button);
    made.dataset.undo = undo;
    made.dataset.path = path;
  }
  const close = document.createElement("button");
  close.className = "btn sm ic";
  close.setAttribute("aria-label", host.dataset.close);
  close.innerHTML = '<i class="i i-x s" aria-hidden="true"></i>';
  close.addEventListener("click", () => made.remove());
  made.append(close);
  host.append(made);
  while (host.children.length > 4) host.firstElementChild.remove();
  const end = Math.max(undo ? seconds * 1000 : 0, bad ? 2 * STAYS : stays);
  setTimeout(() => made.remove(), end);
  return made;
}

async function takeBack(command, made) {
  made.remove();
  const sent = send(made.dataset.path, { command });
  document.body.dispatchEvent(new CustomEvent("acts:sent", { detail: sent }));
  await sent;
}

/** Undoes the last act that still can be undone; whether there is one. */
export function undoLast() {
  const made = [...host.querySelectorAll("[data-undo]")].at(-1);
  if (made) takeBack(made.dataset.undo, made);
  return made !== undefined;
}

let idle = null;

/** Says shortly that a key has nothing to do here, in place of saying so of the one before. */
export function nothingToDo(letter) {
  idle?.remove();
  idle = toast((letter === "Z" ? host.dataset.nothing : host.dataset.idle).replace("{key}", letter), { stays: 2500 });
}

/** Sends an act from a script; what came of it is said as for a button. */
export function send(path, values) {
  return htmx.ajax("POST", path, { values, swap: "none", source: document.body });
}

document.body.addEventListener("said", (event) => toast(event.detail.text, event.detail));
document.body.addEventListener("refused", (event) => toast(event.detail.text, { ...event.detail, bad: true }));

// What was done on the page before, where its answer led here: said once.
const carried = document.cookie.split("; ").find((one) => one.startsWith("said="));
if (carried) {
  document.cookie = "said=; Max-Age=0; Path=/; SameSite=Lax";
  try {
    const detail = JSON.parse(decodeURIComponent(carried.slice("said=".length)));
    toast(detail.text, detail);
  } catch {
    // not ours: something else on this host keeps a cookie of this name
  }
}

// A button may be gone from the page by the time its answer comes, since the feed was quicker: what is said to it would
// reach nobody, so it is said here.
document.body.addEventListener("htmx:beforeRequest", ({ detail: { elt, xhr } }) => {
  xhr.addEventListener("readystatechange", () => {
    const told = xhr.readyState === XMLHttpRequest.DONE && !document.body.contains(elt) && xhr.getResponseHeader("HX-Trigger");
    for (const [name, detail] of Object.entries(told ? JSON.parse(told) : {})) {
      document.body.dispatchEvent(new CustomEvent(name, { detail }));
    }
  });
});

document.body.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (xhr.getResponseHeader("HX-Trigger")) return; // said already
  let told = xhr.statusText;
  try {
    told = JSON.parse(xhr.responseText).detail ?? told;
  } catch {
    // no problem details: the status line has to do
  }
  toast(told, { bad: true });
});
