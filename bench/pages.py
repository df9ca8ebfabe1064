"""Pages over a large store: what the server takes for one, when a browser first shows the Action Center, and how soon a
change stands on a screen while fifty people look on.

A real Chromium does the looking; latency on the screen counts from the writer's answer to the mutation of the page, by
one clock. The store is that of ``reads``; ``VIREL_BENCH_TENFOLD=1`` makes it ten times as large.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson
import websockets

from bench import fixture, stores
from bench.clients import Asking, Client, paced, part, signed_in
from bench.measure import Row, tell
from bench.processes import Served, every_core, load, served
from bench.reads import BOOKINGS
from engine.releases.content import content_of

if TYPE_CHECKING:
    from playwright.async_api import Page

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "app/web/static/built"
CLIENTS, RATE, SECONDS = 8, 20, 15.0
VIEWS, EVENTS, LOOKING, WATCHED, TASKS = 11, 20, 50, 12.0, 30
"""First views, changes a second, how many look on, for how many seconds, and the tasks that change."""
PEOPLE = ("operator", "manager", "operator", "owner", "operator")
PARTS = ("all", "all", "mine")
"""Who looks on, at which part of the list: in turn."""
LEAST, PAUSE = 2.5, 40
"""How the page's script counts: at the earliest after so many seconds, and so many times as long as the last count took."""
MOST_SERVER, MOST_VIEW, MOST_SCREEN, MOST_CARRIED = 0.100, 0.300, 0.250, 150_000
TASK = {"queue": "operations", "priority": "urgent", "due": "2001-01-01T08:00:00Z"}
WATCHING = """
() => {
  window.shown = {};
  new MutationObserver(() => {
    const now = Date.now();
    for (const title of document.querySelectorAll("#rows .t > span:first-child")) {
      if (title.textContent.startsWith("turn ")) window.shown[title.textContent] ??= now;
    }
  }).observe(document.getElementById("list"), { subtree: true, childList: true, characterData: true });
}
"""


def run(out: Path) -> Iterator[Row]:
    """The rows."""
    store = out.parent / "reads"
    for folder in (out, store):
        folder.mkdir(parents=True, exist_ok=True)
    with every_core(), stores.postgresql(store / "postgresql") as server:
        kept = fixture.prepared(server, content_of(ROOT), BOOKINGS, out)
        url = stores.database_of(server, "pages", urlsplit(kept).path[1:])  # whose tasks change
        with served("product", url, out) as product:
            times, views, lags, missed = asyncio.run(_look(product))
    everything = sorted(one for found in times.values() for one in found)
    p95 = part(everything, 0.95)
    told = "; ".join(f"{what} {part(sorted(found), 0.95) * 1e3:.0f} ms" for what, found in sorted(times.items()))
    size = f"{BOOKINGS:,} bookings"
    detail = f"{p95 * 1e3:.0f} ms of {len(everything)} pages at {RATE}/s; {load()}"
    yield Row(f"p95 of pages / 100 ms, {size} (of each: {told})", p95 / MOST_SERVER, 1.0, False, detail)
    view = statistics.median(views)
    detail = f"{view * 1e3:.0f} ms ({min(views) * 1e3:.0f}–{max(views) * 1e3:.0f}), nothing cached"
    yield Row("first view of the Action Center in Chromium / 300 ms", view / MOST_VIEW, 1.0, False, detail)
    carried = sum(path.stat().st_size for path in BUILT.glob("*.br"))
    yield Row("compressed script and style / 150 kB", carried / MOST_CARRIED, 1.0, False, f"{carried / 1e3:.1f} kB")
    lag = part(lags, 0.95)
    detail = f"{lag * 1e3:.0f} ms, median {part(lags, 0.5) * 1e3:.0f}, of {len(lags)} changes at {EVENTS}/s; {load()}"
    yield Row(f"p95 until a change is on the screen, {LOOKING} look on / 250 ms", lag / MOST_SCREEN, 1.0, False, detail)
    yield Row("last changes that a screen did not come to show", missed, 0.0, False, "of the tasks that were changed")


async def _look(product: Served) -> tuple[dict[str, list[float]], list[float], list[float], int]:
    from playwright.async_api import async_playwright

    who = await signed_in(product.port, "manager")
    asking = [_asking(product, who, random.Random(number)) for number in range(CLIENTS)]
    await paced(asking, RATE, 4.0)  # for warming up
    tell(f"  {SECONDS:.0f} seconds at {RATE} pages a second")
    times = (await paced(asking, RATE, SECONDS)).taken
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        first = await browser.new_context()
        page = await first.new_page()
        address = f"http://127.0.0.1:{product.port}"
        await page.goto(f"{address}/login")
        await page.fill("[name=email]", "manager@demo.virel")
        await page.fill("[name=password]", "demo-demo-demo")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#rows")
        state = await first.storage_state()
        tell(f"  {VIEWS} first views, then {WATCHED:.0f} seconds of {EVENTS} changes a second")
        views = []
        for _ in range(VIEWS):
            context = await browser.new_context(storage_state=state)
            views.append(await _first_view(await context.new_page(), address))
            await context.close()
        lags, missed = await _on_screen(product, who, page)
        await browser.close()
    return times, views, lags, missed


def _asking(product: Served, who: dict[str, str], draw: random.Random) -> Asking:
    client = Client(product.port)

    async def ask(_: int) -> str:
        number = draw.randrange(BOOKINGS)
        id = fixture.id_of(fixture.BOOKING, number)
        pages = {
            "the Action Center": "/",
            "its list": "/todo/list",
            "bookings": "/bookings",
            "a booking": f"/bookings/{id}",
            "inquiries": "/inquiries",
            "clients": "/clients",
            "models": "/models",
            "payments": "/payments",
            "search": f"/find?part=1&q=BK-{number:08}",
            "an audit": f"/audit?entity_type=booking&entity_id={id}",
        }
        what, path = draw.choice(list(pages.items()))
        answer = await client.send("GET", path, who)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.body.decode()[:500]}")
        return what

    return ask


async def _first_view(page: Page, address: str) -> float:
    """Seconds from asking until the list is painted."""
    await page.goto(address, wait_until="load")
    painted: float = await page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => setTimeout(() => "
        "done(performance.getEntriesByName('first-contentful-paint')[0].startTime))))"
    )
    return painted / 1e3


async def _on_screen(product: Served, who: dict[str, str], page: Page) -> tuple[list[float], int]:
    """How long each change took to the screen, and on how many tasks the last one never came."""
    people = {name: await signed_in(product.port, name) for name in sorted(set(PEOPLE))}
    looking = [
        asyncio.create_task(_look_on(product.port, people[PEOPLE[n % len(PEOPLE)]], PARTS[n % len(PARTS)]))
        for n in range(LOOKING)
    ]
    answered: dict[str, float] = {}
    last: dict[str, str] = {}
    writer, rows = Client(product.port), []
    for number in range(TASKS):
        body = orjson.dumps({**TASK, "title": f"task {number}"})
        answer = await writer.send("POST", "/api/v1/tasks", who, body)
        if answer.status != 201:
            raise RuntimeError(f"{answer.status} {answer.body.decode()[:300]}")
        rows.append(answer.json()["id"])
    await page.reload()
    await page.wait_for_selector(f"#r-task-{rows[-1]}")
    await page.evaluate(WATCHING)
    begun = time.monotonic()
    for turn in range(int(EVENTS * WATCHED)):
        await asyncio.sleep(max(0.0, begun + turn / EVENTS - time.monotonic()))
        id = rows[turn % TASKS]
        title = f"turn {turn}"
        body = orjson.dumps({"title": title})
        while (  # noqa: ASYNC110 - a busy server is asked again
            answer := await writer.send("PATCH", f"/api/v1/tasks/{id}", {**who, "If-Match": "*"}, body)
        ).status == 503:
            await asyncio.sleep(0.05)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {answer.body.decode()[:300]}")
        answered[title], last[id] = time.time(), title
    await asyncio.sleep(2)
    shown: dict[str, float] = await page.evaluate("() => window.shown")
    for one in looking:
        one.cancel()
    await asyncio.gather(*looking, return_exceptions=True)
    lags = sorted(max(0.0, at / 1e3 - answered[title]) for title, at in shown.items() if title in answered)
    return lags, sum(1 for title in last.values() if title not in shown)


async def _look_on(port: int, who: dict[str, str], part: str) -> None:
    """Somebody else's page: it is told its rows, and asks for its counts as the page does."""
    client, due = Client(port), asyncio.Event()

    async def counting() -> None:
        while True:
            await due.wait()
            due.clear()
            begun = time.monotonic()
            await client.send("GET", f"/todo/counts?tab={part}", who)
            await asyncio.sleep(max(LEAST, PAUSE * (time.monotonic() - begun)))

    count: Any = asyncio.create_task(counting())
    try:
        address = f"ws://127.0.0.1:{port}/live?list=1&tab={part}"
        async with websockets.connect(address, additional_headers=who) as one:
            async for message in one:
                if orjson.loads(message).get("items"):
                    due.set()
    finally:
        count.cancel()
        with suppress(asyncio.CancelledError):
            await count
