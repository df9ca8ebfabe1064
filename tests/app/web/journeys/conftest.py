"""The agency served as it is at work, a real browser that looks at it, and axe, which looks for barriers."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from app.bootstrap import bootstrap
from app.clock import Clock, SteppedClock
from app.identity.passwords import Hasher
from app.serving import Serving
from app.web.pages.assets import BUILT
from engine.catalog import Catalog
from tests.app.processes import NOON, settings_for
from tests.app.web.conftest import Agency
from tests.app.web.journeys.lagging import LAG, Lagging, throttled
from tests.app.web.population import Population, populated
from tests.app.web.signing_in import Door

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE = 30_000
"""Milliseconds for which a journey waits for what must come."""
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
INTERCEPTED = "**/intercepted-from-the-start"
"""An address that no page asks for. Chromium lets a request slip by that a page makes just when the first address of it is
to be intercepted: so there is one before it makes any.
"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Served:
    """An agency that browsers reach at an address, and what is in it."""

    address: str
    house: Agency
    population: Population

    @property
    def ids(self) -> dict[str, list[str]]:
        return self.population.ids


class Server:
    """A server in a thread of the tests, on a port that the machine has chosen."""

    def __init__(self, house: Agency) -> None:
        # WebSockets say goodbye at the end, and nobody waits for those that do not.
        settings = uvicorn.Config(
            Lagging(Serving(house.platform)) if LAG else Serving(house.platform),
            port=0,
            log_level="error",
            timeout_graceful_shutdown=1,
            ws_per_message_deflate=False,
        )
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._server.run, name="served", daemon=True)

    def start(self) -> str:
        """Its address, once it answers."""
        self._thread.start()
        end = time.monotonic() + 30
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            assert time.monotonic() < end, "the server did not start in time"
            time.sleep(0.02)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive(), "the server did not stop"


def opened(folder: Path, template: Path, agency: Catalog, clock: Clock) -> Agency:
    """The agency of a demo, with nothing in it but its people."""
    shutil.copy(template, folder / "virel.db")
    settings = replaced(settings_for(f"sqlite:///{folder / 'virel.db'}", folder), mode="demo", rate=1_000_000)
    platform = bootstrap(settings, clock)
    platform.releases._catalogs[1] = agency
    # What a hash costs is for guessers to pay; the real parameters are tested with the passwords.
    return Agency(replaced(platform, identity=replaced(platform.identity, hasher=Hasher(memory=64, rounds=1))))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, agency: Catalog) -> Iterator[Served]:
    """The agency with some entities of each kind, served for the tests of a file, which must not mind each other."""
    if not (BUILT / "manifest.json").exists():
        pytest.skip("needs the pages' styles and scripts: run `make assets`")
    house = opened(tmp_path_factory.mktemp("served"), sqlite_template, agency, SteppedClock(NOON))
    yield from serving(house, populated(house))


def serving(house: Agency, population: Population) -> Iterator[Served]:
    """Serves an agency while it is looked at."""
    server = Server(house)
    yield Served(server.start(), house, population)
    server.stop()
    house.platform.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A Chromium: the machine's own, else the one of Playwright.

    Not for longer than a file: while Playwright runs, no other test of the process may run a loop of asyncio.
    """
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_api.sync_playwright() as playwright:
        if found is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("needs a browser: install Chromium, or run `.venv/bin/playwright install chromium`")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@dataclass
class Visiting:
    """Opens pages for somebody, and keeps what browsers complain of."""

    served: Served
    chromium: Browser
    complaints: list[str] = field(default_factory=list)
    _forgiven: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(
        self,
        who: str | None,
        path: str | None = None,
        *,
        dark: bool = False,
        phone: bool = False,
        locale: str = "en",
        tour: bool = False,
        **more: Any,
    ) -> Page:
        """A page of somebody who is signed in, or of a stranger; at ``path`` where one is given.

        With ``tour`` the browser was never here before.
        """
        context = self.chromium.new_context(
            base_url=self.served.address,
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            has_touch=phone,
            is_mobile=phone,
            color_scheme="dark" if dark else "light",
            locale={"en": "en-GB", "ru": "ru-RU"}[locale],
            reduced_motion="reduce",
            **more,
        )
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "lang", "value": locale, "url": self.served.address}])
        if not tour:
            context.add_init_script("localStorage.setItem('virel.tour', 'done')")
        if who is not None:
            self.sign_in(context, who)
        page = context.new_page()
        page.route(INTERCEPTED, lambda route: route.abort())
        throttled(context, page)
        page.on("console", lambda said: self._complain(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self._complain(f"{error.message} {error.stack}"))
        if path is not None:
            page.goto(path)
        return page

    def sign_in(self, context: BrowserContext, who: str) -> None:
        """Gives a browser the cookie of a new session."""
        door = Door(self.served.house)
        assert door.enter(who).status_code == 204
        cookie = door.http.get_cookie("sid")
        assert cookie is not None
        context.add_cookies([{"name": "sid", "value": cookie.value, "url": self.served.address}])

    def forgive(self, pattern: str) -> None:
        """Complaints that a test means to cause, such as those of a request that must be refused."""
        self._forgiven.append(pattern)

    def _complain(self, text: str) -> None:
        self.complaints.append(text)

    def close(self) -> None:
        """Ends all visits. Fails where a browser complained."""
        for context in self._contexts:
            context.close()
        left = [text for text in self.complaints if not any(re.search(one, text) for one in self._forgiven)]
        assert not left, "the browser complains:\n" + "\n".join(left)


@pytest.fixture
def visit(served: Served, chromium: Browser) -> Iterator[Visiting]:
    """Opens pages; at the end no script may have failed and nothing may have been missing."""
    visiting = Visiting(served, chromium)
    yield visiting
    visiting.close()


@pytest.fixture(scope="session")
def barriers(root: Path) -> Callable[..., list[str]]:
    """What axe finds on a page by WCAG 2.2 A and AA and good practice, or by one rule ``only``."""
    file = root / "assets" / "node_modules" / "axe-core" / "axe.min.js"
    if not file.exists():
        pytest.skip("needs axe-core: run `make assets`")
    source = file.read_text(encoding="utf-8")

    def look(page: Page, only: str | None = None) -> list[str]:
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(source)
        found = page.evaluate(
            "rules => axe.run({runOnly: rules, resultTypes: ['violations']}).then(all => all.violations)",
            [only] if only else RULES,
        )
        return [
            f"{one['id']} ({one['impact']}): {one['help']}\n    {node['html'][:160]}\n    {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        ]

    return look


@pytest.fixture(scope="session")
def axe(barriers: Callable[..., list[str]]) -> Callable[[Page], None]:
    """Asserts that a page has no barrier that a machine can find."""

    def look(page: Page) -> None:
        told = barriers(page)
        assert not told, f"{len(told)} barriers at {page.url}:\n" + "\n".join(told)

    return look


def settled(page: Page) -> None:
    """Waits until a page lives: it hears the feed, and has fetched what it shows."""
    page.wait_for_selector("#live[data-state=live]:not([data-fetching])", state="attached")
