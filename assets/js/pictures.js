// A model's pictures: several sent at once, put in order by hand or by keys, taken away with a moment to put them back.
import { Idiomorph } from "./idiomorph.js";
import { showUnsent, upload } from "./uploads.js";

const host = document.getElementById("pictures");
const MOMENT = 8000;
const leaving = new Map();
let held = null;
let turn = Promise.resolve();

const gallery = () => document.getElementById("gallery");
const tiles = () => [...host.querySelectorAll(".tile")];

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
}

function say(name, values = {}) {
  document.getElementById("pic-said").textContent = fill(gallery().dataset[name], values);
}

/** Shows the pictures as they are now; the focus stays on what it was on. */
async function renew(focus = null) {
  const answer = await fetch(host.dataset.from).catch(() => null);
  if (!answer?.ok) return say("failed");
  const fresh = await answer.text();
  const uploads = document.getElementById("uploads")?.innerHTML ?? "";
  const said = document.getElementById("pic-said").textContent;
  Idiomorph.morph(host, fresh, { morphStyle: "innerHTML" });
  const list = document.getElementById("uploads");
  if (list) list.innerHTML = uploads;
  showUnsent();
  document.getElementById("pic-said").textContent = said;
  for (const id of leaving.keys()) mark(id, true);
  if (focus) document.querySelector(focus)?.focus();
}

async function send(method, tile, values, keepalive = false) {
  const headers = { "X-CSRF-Token": document.body.dataset.csrf, "If-Match": method === "DELETE" ? "*" : tile.dataset.etag };
  if (values) headers["Content-Type"] = "application/json";
  const path = `${gallery().dataset.pictures}/${tile.dataset.id}`;
  try {
    const answer = await fetch(path, { method, headers, body: values && JSON.stringify(values), keepalive });
    if (answer.ok) return true;
    say(answer.status === 403 ? "e403" : "changed");
  } catch {
    say("failed");
  }
  return false;
}

/** Does one thing after the other: what is done next is done to the pictures as they are shown then. */
function inTurn(work) {
  return (turn = turn.then(work, work));
}

const place = (tile, at, focus) => inTurn(async () => {
  const of = tiles().length;
  if (await send("PATCH", tile, { position: at })) say("dropped", { at, of });
  await renew(focus);
});

const cover = (tile) => inTurn(async () => {
  if (await send("PATCH", tile, { cover: true })) say("covered");
  await renew(`#${tile.id} [data-grab]`);
});

const describe = (tile, title) => inTurn(async () => {
  if (await send("PATCH", tile, { title })) say("kept");
  await renew();
});

function shift(tile, by) {
  const list = tiles();
  const to = Math.min(Math.max(list.indexOf(tile) + by, 0), list.length - 1);
  if (list[to] !== tile) list[to][by > 0 ? "after" : "before"](tile);
  return tiles().indexOf(tile) + 1;
}

function letGo() {
  held.tile.classList.remove("held");
  held.tile.querySelector("[data-grab]").setAttribute("aria-pressed", "false");
  held = null;
}

function put(back) {
  const { tile, from } = held;
  const at = tiles().indexOf(tile) + 1;
  const grip = `#${tile.id} [data-grab]`;
  letGo();
  if (!back && at !== from) return place(tile, at, grip);
  shift(tile, from - at);
  say("left");
  tile.querySelector("[data-grab]").focus();
}

function mark(id, gone) {
  const tile = document.getElementById(`pic-${id}`);
  if (!tile) return;
  tile.classList.toggle("leaving", gone);
  tile.querySelector(".gone").hidden = !gone;
  for (const one of tile.querySelectorAll(".tools button, .alt")) one.inert = gone;
}

function remove(tile) {
  const id = tile.dataset.id;
  leaving.set(id, setTimeout(() => finish(id), MOMENT));
  mark(id, true);
  tile.querySelector("[data-put-back]").focus();
}

async function finish(id) {
  clearTimeout(leaving.get(id));
  const tile = document.getElementById(`pic-${id}`);
  const inside = tile.contains(document.activeElement);
  const next = tile.nextElementSibling ?? tile.previousElementSibling;
  const done = await send("DELETE", tile);
  leaving.delete(id);
  if (done) say("gone");
  await renew(inside ? (next ? `#${next.id} [data-grab]` : "[data-files]") : null);
}

function putBack(tile) {
  clearTimeout(leaving.get(tile.dataset.id));
  leaving.delete(tile.dataset.id);
  mark(tile.dataset.id, false);
  tile.querySelector("[data-remove]").focus();
}

async function click(event) {
  const tile = event.target.closest(".tile");
  const button = event.target.closest("button");
  if (!tile || !button) return;
  if (button.dataset.step) {
    const by = Number(button.dataset.step);
    return place(tile, shift(tile, by), `#${tile.id} [data-step="${by}"]:not(:disabled), #${tile.id} [data-grab]`);
  }
  if ("cover" in button.dataset) return cover(tile);
  if ("remove" in button.dataset) return remove(tile);
  if ("putBack" in button.dataset) return putBack(tile);
  if (!("grab" in button.dataset)) return;
  if (held?.tile === tile) return put(false);
  if (held) letGo();
  held = { tile, from: tiles().indexOf(tile) + 1 };
  tile.classList.add("held");
  button.setAttribute("aria-pressed", "true");
  say("picked", { at: held.from });
}

function key(event) {
  if (!held) return;
  const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  if (by) {
    const at = shift(held.tile, by);
    held.tile.querySelector("[data-grab]").focus();
    say("moved", { at, of: tiles().length });
  } else if (event.key === "Escape") put(true);
  else return;
  event.preventDefault();
}

function drag(event) {
  const figure = event.target.closest(".tile figure");
  if (!figure || event.button !== 0 || event.pointerType === "touch") return;
  const tile = figure.parentElement;
  if (!tile.querySelector("[data-grab]") || tile.classList.contains("leaving")) return;
  event.preventDefault();
  const from = tiles().indexOf(tile) + 1;
  const over = (moved) => {
    tile.classList.add("dragging");
    const other = document.elementFromPoint(moved.clientX, moved.clientY)?.closest(".tile");
    if (other && other !== tile && host.contains(other)) shift(tile, tiles().indexOf(other) - tiles().indexOf(tile));
  };
  const end = (last) => {
    removeEventListener("pointermove", over);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
    tile.classList.remove("dragging");
    const at = tiles().indexOf(tile) + 1;
    if (last.type === "pointercancel") shift(tile, from - at);
    else if (at !== from) place(tile, at, `#${tile.id} [data-grab]`);
  };
  addEventListener("pointermove", over);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
}

if (host && gallery()) {
  host.addEventListener("click", click);
  host.addEventListener("keydown", key);
  host.addEventListener("focusout", (event) => {
    if (held && event.relatedTarget && !held.tile.contains(event.relatedTarget)) put(true);
  });
  host.addEventListener("pointerdown", drag);
  host.addEventListener("change", async (event) => {
    if (event.target.matches("[data-files]")) {
      const files = [...event.target.files];
      event.target.value = "";
      await upload(files, gallery(), renew);
    } else if (event.target.matches("[data-alt]")) {
      describe(event.target.closest(".tile"), event.target.value.trim() || null);
    }
  });
  host.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files") || !host.querySelector("[data-files]")) return;
    event.preventDefault();
    gallery().classList.add("over");
  });
  host.addEventListener("dragleave", () => gallery().classList.remove("over"));
  host.addEventListener("drop", (event) => {
    gallery().classList.remove("over");
    if (!event.dataTransfer.files.length || !host.querySelector("[data-files]")) return;
    event.preventDefault();
    upload([...event.dataTransfer.files], gallery(), renew);
  });
  addEventListener("pagehide", () => {
    for (const id of leaving.keys()) send("DELETE", document.getElementById(`pic-${id}`), null, true);
  });
}

// A sheet that asked for a reason closes once what it asked for is done.
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) event.target.closest?.("dialog.sheet")?.close();
});
