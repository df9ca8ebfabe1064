"""Reading a large store over HTTP: twenty clients at 200 requests a second, half of them operators, half managers.

PostgreSQL with 100,000 bookings and 1,000,000 events; ``VIREL_BENCH_TENFOLD=1`` takes ten times that. Latency counts
from the instant at which a request was due, so that a server that falls behind is not let off.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from bench import fixture, stores
from bench.clients import Asking, Client, Paced, paced, part, signed_in
from bench.measure import Row, tell
from bench.processes import Served, every_core, load, served
from engine.releases.content import content_of

BOOKINGS = 100_000 * (10 if os.environ.get("VIREL_BENCH_TENFOLD") else 1)
CLIENTS, RATE, SECONDS = 20, 200, 20.0
MOST_P95, MOST_P99 = 0.050, 0.200
FAR = 10_000
"""The page whose cost is held against the first one's."""
ROOT = Path(__file__).resolve().parents[1]
LISTS = (
    ("bookings", "/bookings"),
    ("bookings by state and city", '/bookings?filter=booking.status == "confirmed" && booking.city == "Berlin"'),
    ("bookings by the client's tier", '/bookings?filter=booking.client.tier == "vip"'),
    ("bookings by code", f'/bookings?filter=booking.code == "BK-{BOOKINGS // 2:08}"'),
    ("bookings of a client", f'/bookings?filter=booking.client.id == "{fixture.id_of(fixture.CLIENT, 7)}"'),
    ("bookings of nowhere", '/bookings?filter=booking.city == "Atlantis"'),
    ("tasks", "/tasks"),
    ("open tasks", '/tasks?filter=task.status == "open"'),
    ("urgent open tasks", '/tasks?filter=task.status == "open" && task.priority == "urgent"'),
    ("a page in the middle", ""),
)
SINGLES = ("a booking", "a timeline", "an audit")


def run(out: Path) -> Iterator[Row]:
    """The rows."""
    out.mkdir(parents=True, exist_ok=True)
    with every_core(), stores.postgresql(out / "postgresql") as server:
        url = fixture.prepared(server, content_of(ROOT), BOOKINGS, out)
        with served("product", url, out) as product:
            times, pages, busy = asyncio.run(_ask(product))
            resident = product.megabytes()
    everything = times.all()
    p95, p99 = part(everything, 0.95), part(everything, 0.99)
    size = f"{BOOKINGS:,} bookings, {BOOKINGS * fixture.EVENTS_EACH:,} events"
    slowest = sorted(((part(sorted(found), 0.95), what) for what, found in times.taken.items()), reverse=True)[:4]
    told = "; ".join(f"{what} {one * 1e3:.0f} ms" for one, what in slowest)
    detail = (
        f"{p95 * 1e3:.1f} ms of {len(everything)} requests, median {part(everything, 0.5) * 1e3:.1f}; {busy * 1e3:.2f} ms "
        f"of the processor's time in the server each; {load()}"
    )
    yield Row(f"p95 of reading at {RATE}/s / 50 ms, {size}", p95 / MOST_P95, 1.0, False, detail)
    yield Row(f"p99 / 200 ms (p95 of the slowest: {told})", p99 / MOST_P99, 1.0, False, f"{p99 * 1e3:.1f} ms")
    near, far = (statistics.median(found) for found in pages)
    detail = f"{far * 1e3:.1f} beside {near * 1e3:.1f} ms, in turn, one client"
    yield Row(f"page {FAR:,} of a list / page 1", far / near, 1.25, False, detail)
    yield Row("memory of the web process / 200 MB", resident / 200, 1.0, False, f"{resident:.0f} MB resident")


async def _ask(product: Served) -> tuple[Paced, tuple[list[float], list[float]], float]:
    who = [await signed_in(product.port, name) for name in ("operator", "manager")]
    middle = await _cursor_at(product, who[1], BOOKINGS // 2)
    asking = [_client(product, who[number % 2], random.Random(number), middle) for number in range(CLIENTS)]
    await paced(asking, RATE / 2, 4.0)  # for warming up
    tell(f"  {SECONDS:.0f} seconds at {RATE} requests a second")
    before = product.seconds()
    times = await paced(asking, RATE, SECONDS)
    busy = (product.seconds() - before) / len(times.all())
    return times, await _pages(product, who[1]), busy


def _client(product: Served, who: Mapping[str, str], draw: random.Random, middle: str) -> Asking:
    client = Client(product.port)

    async def ask(_: int) -> str:
        if draw.random() < 0.5:
            what, path = draw.choice(LISTS)
            path = path or f"/bookings?cursor={middle}"
        else:
            what = draw.choice(SINGLES)
            path = _single(what, fixture.id_of(fixture.BOOKING, draw.randrange(BOOKINGS)))
        answer = await client.send("GET", f"/api/v1{quote(path, safe='/?=&')}".replace("&&", "%26%26"), who)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.body.decode()}")
        return what

    return ask


def _single(what: str, id: str) -> str:
    if what == "a booking":
        return f"/bookings/{id}"
    return f"/bookings/{id}/timeline" if what == "a timeline" else f"/audit?entity_type=booking&entity_id={id}"


async def _cursor_at(product: Served, who: Mapping[str, str], number: int) -> str:
    """The cursor at the ``number``-th booking: what walking there by pages gives."""
    import base64

    import orjson

    made = [fixture.made_at(number), fixture.id_of(fixture.BOOKING, number)]
    return base64.urlsafe_b64encode(orjson.dumps(made)).rstrip(b"=").decode()


async def _pages(product: Served, who: Mapping[str, str]) -> tuple[list[float], list[float]]:
    """Times of page 1 and of page 10,000, whose cursor was come by page after page."""
    client = Client(product.port)
    per_page, cursor = BOOKINGS // (FAR + 10), ""
    path = f"/api/v1/bookings?limit={per_page}"
    for _ in range(FAR - 1):
        answer = await client.send("GET", path + cursor, who)
        cursor = f"&cursor={answer.json()['next_cursor']}"
    near: list[float] = []
    far: list[float] = []
    for _ in range(200):
        for times, where in ((near, path), (far, path + cursor)):
            begin = time.perf_counter()
            answer = await client.send("GET", where, who)
            times.append(time.perf_counter() - begin)
            assert len(answer.json()["items"]) == per_page
    return near, far
