// The inquiry form works without this. With it, a draft survives a reload and the visitor's own zone is chosen.
(() => {
  "use strict";
  const KEY = "virel-inquiry-draft";
  const SKIPPED = new Set(["token", "lang", "homepage"]);
  const store = {
    read() { try { return JSON.parse(localStorage.getItem(KEY)) || {}; } catch { return {}; } },
    write(values) { try { localStorage.setItem(KEY, JSON.stringify(values)); return true; } catch { return false; } },
    clear() { try { localStorage.removeItem(KEY); } catch { /* private windows may refuse; then nothing was kept */ } },
  };
  if (document.querySelector("[data-received]")) { store.clear(); return; }
  const form = document.getElementById("inquiry");
  if (!form) return;

  const zone = form.elements.zone;
  const draft = store.read();
  const fresh = form.dataset.fresh === "yes";
  if (fresh && !draft.zone) {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (own && own !== "UTC") {
      if (![...zone.options].some((one) => one.value === own)) zone.add(new Option(own.replaceAll("_", " "), own));
      zone.value = own;
    }
  }
  if (fresh) {
    for (const [name, value] of Object.entries(draft)) {
      const field = form.elements[name];
      if (!field || SKIPPED.has(name) || (name === "model" && field.value)) continue;
      if (name === "zone" && ![...zone.options].some((one) => one.value === value)) zone.add(new Option(value, value));
      field.value = value;
    }
  }

  const keep = () => {
    const values = {};
    for (const [name, value] of new FormData(form)) if (!SKIPPED.has(name) && value) values[name] = value;
    if (store.write(values)) document.getElementById("draft").hidden = false;
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  if (!fresh) keep();
})();
