"""Connections cut at random while colleagues work: the screen comes to equal the store, with nothing missed or doubled.

``VIREL_CUTS`` says how many cuts are made; ``--log-cli-level=INFO`` how long the screen took.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import random
import shutil
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.identity.demo import PASSWORD
from app.web.pages.assets import BUILT
from engine.catalog import Catalog
from tests.app.processes import started
from tests.app.servers import Caller, Site
from tests.app.web.journeys.conftest import DESKTOP, settled

if TYPE_CHECKING:
    from multiprocessing.synchronize import Lock

    from playwright.sync_api import Browser, BrowserContext, Page

LOG = logging.getLogger(__name__)
CUTS = int(os.environ.get("VIREL_CUTS", "12"))
KINDS = ("socket", "network", "server")
WITHIN = 2.0 if "VIREL_CUTS" in os.environ else 30.0
"""Seconds after which the screen must equal the store, once there is a connection and nobody writes: how soon is measured
on a machine that does nothing else.
"""
FEWEST, MOST = 15, 45
"""Open tasks; all fit into the part of the list that a page shows at first."""
WRITERS = 2
FOLLOWED = """
const Plain = WebSocket;
window.sockets = [];
window.hellos = 0;
window.WebSocket = class extends Plain {
  constructor(...all) {
    super(...all);
    sockets.push(this);
    this.addEventListener("message", (told) => (hellos += JSON.parse(told.data).type === "hello"));
  }
};
"""
SHOWN = """() => ({
  rows: [...document.querySelectorAll("#rows .r:not([data-gone])")].map((row) =>
    [row.id.replace("r-task-", ""), row.querySelector(".t span").textContent, row.dataset.state, row.dataset.priority]),
  ids: [...document.querySelectorAll("#rows .r")].map((row) => row.id),
  more: document.getElementById("rows").dataset.more === "1",
  waiting: document.getElementById("news").hidden ? 0 : parseInt(document.getElementById("news").textContent),
  told: parseInt(document.querySelector("[data-count-of=all]").textContent),
})"""
Row = tuple[str, str, str, str]


class Waiting(Caller):
    """A colleague who repeats what was not acknowledged, but starts no server."""

    def __init__(self, site: Site, name: str) -> None:
        super().__init__(Site(site.url, site.folder, site.agency, apart=False, port=site.port), name)
        self._site.start = lambda: None  # type: ignore[method-assign]


def works(site: Site, turn: Lock, seed: int) -> None:
    """Makes, changes and closes tasks for ever, whenever it is this writer's turn."""
    chance, colleague = random.Random(seed), Waiting(site, "owner" if seed % 2 else "manager")
    for number in range(1_000_000):
        with turn:
            change(chance, colleague, site, f"Task {seed}.{number}", f"{seed}-{number}")
        time.sleep(chance.random() / 10)


def change(chance: random.Random, colleague: Caller, site: Site, name: str, key: str) -> None:
    there = [row[0] for row in stored(site)]
    what = chance.random()
    if len(there) < FEWEST or (what < 0.4 and len(there) < MOST):
        priority = chance.choice(["urgent", "high", "normal", "low"])
        body = {"title": name, "queue": "operations", "priority": priority}
        colleague.send("POST", "/tasks", body, Idempotency_Key=key)
        return
    path = f"/tasks/{chance.choice(there)}"  # of the other writer's, too: what is refused then changes nothing
    if what < 0.7:
        move = {"transition": "complete" if what < 0.6 else "start"}
        colleague.send("POST", f"{path}/status", move, Idempotency_Key=key)
    else:
        seen = colleague.send("GET", path).headers.get("ETag")
        if seen is not None:
            colleague.send("PATCH", path, {"title": name}, If_Match=seen, Idempotency_Key=key)


def stored(site: Site) -> list[Row]:
    """The open tasks as the store has them."""
    return asked(
        site, "SELECT id, title, status, priority FROM tasks WHERE status IN ('open', 'assigned', 'in_progress')"
    )


def asked(site: Site, sql: str) -> list[Any]:
    with closing(sqlite3.connect(site.folder / "virel.db", timeout=30)) as connection:
        return list(connection.execute(sql))


@dataclass
class Office:
    """A served agency and its busy writers, who stop while ``quiet``."""

    site: Site
    turns: list[Lock]

    def quiet(self) -> ExitStack:
        """Lets the writers finish what they are at, and holds them until it is closed."""
        stack = ExitStack()
        for turn in self.turns:
            stack.enter_context(turn)
        return stack


@pytest.fixture
def office(tmp_path: Path, sqlite_template: Path, agency: Catalog, chromium: Browser) -> Iterator[Office]:
    if not (BUILT / "manifest.json").exists():
        pytest.skip("needs the pages' styles and scripts: run `make assets`")
    shutil.copy(sqlite_template, tmp_path / "virel.db")
    site = Site(f"sqlite:///{tmp_path / 'virel.db'}", tmp_path, agency, apart=False)
    site.seeded()
    turns = [multiprocessing.get_context("fork").Lock() for _ in range(WRITERS)]
    site.start()
    writers: ForkProcess = started(lambda: together(site, turns))
    try:
        site.ready()
        yield Office(site, turns)
    finally:
        writers.kill()
        writers.join()
        site.stop()


def together(site: Site, turns: list[Lock]) -> None:
    threads = [threading.Thread(target=works, args=(site, turn, seed)) for seed, turn in enumerate(turns)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def opened(office: Office, chromium: Browser) -> tuple[BrowserContext, Page]:
    context = chromium.new_context(base_url=f"http://127.0.0.1:{office.site.port}", viewport=DESKTOP)  # type: ignore[arg-type]
    context.add_init_script("localStorage.setItem('virel.tour', 'done')")
    context.add_init_script(FOLLOWED)
    page = context.new_page()
    page.goto("/login?next=/?tab=all")
    page.locator("#email").fill("manager@demo.virel")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto("/?tab=all")
    settled(page)
    return context, page


def cut(kind: str, office: Office, context: BrowserContext, page: Page, milliseconds: float) -> None:
    """Cuts the connection for a while and lets it come back."""
    if kind == "socket":
        page.evaluate("() => sockets.at(-1).close()")
    elif kind == "network":
        context.set_offline(True)
        page.wait_for_timeout(milliseconds)
        context.set_offline(False)
    else:
        office.site.kill("web")
        office.site.running["web"].join()
        page.wait_for_timeout(milliseconds)
        office.site.start()


def differs(shown: dict[str, Any], office: Office) -> str:
    """What of the screen is not as the store has it; empty where all is."""
    there = {row[0]: row for row in stored(office.site)}
    doubled = [id for id, count in Counter(shown["ids"]).items() if count > 1]
    wrong = [row for row in shown["rows"] if there.get(row[0]) != tuple(row)]
    if doubled or wrong:
        return f"doubled {doubled}, wrong {wrong}"
    held = len(shown["rows"]) + shown["waiting"]
    whole = held <= len(there) if shown["more"] else held == len(there)  # more are fetched where somebody scrolls to
    if not whole or shown["told"] != len(there):
        return f"{len(shown['rows'])} shown, {shown['waiting']} to come, {shown['told']} told, of {len(there)}"
    return ""


def agreed(office: Office, page: Page) -> float:
    """Waits until the screen equals the store; how many seconds that took."""
    begun = time.monotonic()
    while found := differs(page.evaluate(SHOWN), office):
        assert time.monotonic() - begun < WITHIN, found
        page.wait_for_timeout(20)
    return time.monotonic() - begun


def test_after_every_cut_the_screen_equals_the_store(office: Office, chromium: Browser):
    chance, took = random.Random(CUTS), dict[str, list[float]]((kind, []) for kind in KINDS)
    context, page = opened(office, chromium)
    for number in range(CUTS):
        kind = KINDS[number % 3] if CUTS < 30 else chance.choice(KINDS)
        page.wait_for_timeout(chance.uniform(50, 400))
        before = page.evaluate("() => hellos")
        cut(kind, office, context, page, chance.uniform(0, 900))
        page.wait_for_function("before => hellos > before", arg=before, timeout=20_000)
        with office.quiet():
            took[kind].append(agreed(office, page))
            if page.locator("#news").is_visible():  # what waits for a reader who is at work is all there, too
                page.locator("#news button").click()
                page.locator("#news").wait_for(state="hidden")
                agreed(office, page)
                page.mouse.move(0, 0)
    context.close()
    [(written,)] = asked(office.site, "SELECT count(*) FROM events WHERE subject IN (SELECT id FROM tasks)")
    assert written > 3 * CUTS, "there was nothing to miss"
    for kind, seconds in took.items():
        LOG.info("%d × %s amid %d changes: at most %.2f s", len(seconds), kind, written, max(seconds, default=0))
    assert sum(map(len, took.values())) == CUTS
