// Keeps the lists as the store is: told of changes over the socket, it fetches them again; it says when it hears nothing.
const sign = document.getElementById("live");
const lists = document.getElementById("lists");
const STALE = 5000;
let upto = null;
let heard = Date.now();
let wait = 250;
let wanted = false;
let fetching = false;

function tell(state, text) {
  if (sign.dataset.state === state) return;
  sign.dataset.state = state;
  sign.textContent = text;
}

async function refresh() {
  wanted = true;
  if (fetching) return;
  fetching = true;
  try {
    while (wanted) {
      wanted = false;
      const answer = await fetch(lists.dataset.from, { headers: { Accept: "text/html" } });
      if (answer.redirected) { location.reload(); return; }
      if (answer.ok) lists.innerHTML = await answer.text();
    }
  } catch {
    wanted = true; // the socket's next word, or its return, tries again
  } finally {
    fetching = false;
  }
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/live${upto === null ? "" : `?after=${upto}`}`);
  socket.onmessage = (message) => {
    const told = JSON.parse(message.data);
    heard = Date.now();
    wait = 250;
    upto = told.upto;
    tell("live", "Live");
    if (told.type === "hello" || told.type === "changes") refresh();
  };
  socket.onclose = (end) => {
    if (end.code === 4401) { location.reload(); return; }
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, 5000);
  };
}

setInterval(() => {
  if (Date.now() - heard > STALE) tell("stale", "Not up to date: no connection. Trying again …");
}, 500);
connect();
