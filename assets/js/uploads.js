// Sends pictures one after the other, and says of each how far it is and why it was refused. Those that met no connection
// are kept while the page is: one press sends them again.

let unsent = [];
let renewed = null;
let lined = 0;
let turn = Promise.resolve();

/** Shows whether pictures wait to be sent again. */
export function showUnsent() {
  const place = document.getElementById("unsent");
  if (place) place.hidden = unsent.length === 0;
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-send-again]")) return;
  const files = unsent;
  unsent = [];
  showUnsent();
  for (const line of document.querySelectorAll("#uploads [data-unsent]")) line.remove();
  upload(files, document.getElementById("gallery"), renewed);
});

function line(list, file) {
  const made = document.createElement("li");
  const name = document.createElement("span");
  name.className = "ell";
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.setAttribute("aria-label", file.name);
  const told = document.createElement("span");
  made.append(name, bar, told);
  list.append(made);
  return { made, bar, told };
}

function post(path, file, progress) {
  return new Promise((answer) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file);
    request.open("POST", path);
    request.setRequestHeader("X-CSRF-Token", document.body.dataset.csrf);
    request.upload.addEventListener("progress", (event) => progress((100 * event.loaded) / event.total));
    request.addEventListener("loadend", () => answer(request));
    request.send(form);
  });
}

function why(words, request) {
  if (request.status === 0) return words.unsent;
  if (!request.responseText) return words[`e${request.status}`] ?? request.statusText;
  const known = words[`e${request.status}`];
  let detail;
  try {
    detail = JSON.parse(request.responseText).detail;
  } catch {
    detail = known ?? request.statusText;
  }
  // What a check found is told in English and says more than the page's own sentence.
  const exact = document.documentElement.lang === "en" && [413, 415, 422].includes(request.status);
  return exact ? detail : (known ?? detail);
}

/** Sends files to the gallery's model, after those of before; `renew` shows what has come of it after each. */
export function upload(files, gallery, renew) {
  const list = document.getElementById("uploads");
  const lines = files.map((file) => {
    const { made } = line(list, file);
    made.dataset.line = ++lined;
    return [file, made.dataset.line];
  });
  const send = () => sendAll(lines, { ...gallery.dataset }, renew);
  return (turn = turn.then(send, send));
}

async function sendAll(lines, words, renew) {
  renewed = renew;
  for (const [file, number] of lines) {
    const at = () => document.querySelector(`#uploads [data-line="${number}"]`); // the list is drawn anew between files
    const large = file.size > Number(words.largest); // would only be cut off on its way
    const request = large ? { status: 413 } : await post(words.pictures, file, (percent) => {
      const [, bar, told] = at().children;
      bar.value = percent;
      told.textContent = percent < 100 ? words.sending.replace("{percent}", Math.round(percent)) : words.checking;
    });
    if (request.status !== 0) await renew(); // what is said to be there is to be seen, too
    const [, bar, told] = at().children;
    bar.hidden = true;
    if (request.status === 201) {
      told.textContent = words.added;
      told.className = "done";
    } else {
      told.textContent = "";
      const said = document.createElement("span");
      said.className = "why";
      said.textContent = why(words, request);
      at().append(said);
    }
    if (request.status === 0) {
      at().dataset.unsent = "";
      unsent.push(file);
      showUnsent();
    }
  }
}
