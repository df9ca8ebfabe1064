// What was typed outlives a session: kept in this tab when one is sent to sign in, brought back for the same person only.
const KEY = "virel.draft";
const visitor = document.body.dataset.visitor;
const FIELDS = "input:not([type=hidden]):not([type=password]):not([type=file]), textarea, select";

function named(field) {
  const form = field.form;
  return JSON.stringify([form?.getAttribute("hx-post") ?? form?.getAttribute("action") ?? "", field.id, field.name]);
}

function value(field) {
  return /^(checkbox|radio)$/.test(field.type) ? [field.value, field.checked] : field.value;
}

/** Keeps what stands in the fields of this page until somebody signs in, or until it is loaded anew. */
export function keep({ reload = false } = {}) {
  // What stands in a dialog that is not open was not typed now; and one that is, is about what was chosen here.
  const fields = [...document.querySelectorAll(FIELDS)].filter((one) => (one.name || one.id) && !one.closest("dialog:not([open])"));
  const typed = Object.fromEntries(fields.map((one) => [named(one), value(one)]));
  sessionStorage.setItem(KEY, JSON.stringify({ path: location.pathname, visitor, typed, reload }));
}

function fill(typed, root) {
  for (const field of root.querySelectorAll(FIELDS)) {
    const kept = typed[named(field)];
    if (kept === undefined) continue;
    delete typed[named(field)];
    if (JSON.stringify(value(field)) === JSON.stringify(kept)) continue;
    if (!Array.isArray(kept)) field.value = kept;
    else if (kept[0] === field.value) field.checked = kept[1];
    field.closest("dialog:not([open])")?.showModal();
  }
}

const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
sessionStorage.removeItem(KEY);
const signedIn = document.referrer !== "" && new URL(document.referrer).pathname === "/login";
if (kept && (signedIn || kept.reload) && kept.visitor === visitor && kept.path === location.pathname) {
  fill(kept.typed, document);
  // Parts that come later bring fields of their own.
  document.body.addEventListener("htmx:afterSettle", (event) => fill(kept.typed, event.target));
}

// A form that leads to a page of its own: whether the session still holds is known only afterwards. Whoever signs out
// leaves nothing behind.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (event.target.closest("main")) keep();
  else if (event.target.action.endsWith("/logout")) sessionStorage.clear();
});
