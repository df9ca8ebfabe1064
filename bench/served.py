"""One change over HTTP beside a bare Flask view that does the same statements through Core, on the same server.

The change is that of ``bench.road``, sent as a careful client sends it: with a token from a login, the version that was
read, and an idempotency key. The view takes JSON and says what the road says to the store for this change
(``bench.recorded``), in one transaction, and answers with JSON of the same length. It asks nobody who they are, keeps no
key and checks nothing. Both are served as ``virel serve`` does, the product with its live feed.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path

import orjson
import sqlalchemy as sa

from bench import stores
from bench.clients import Client, flat_out, signed_in
from bench.measure import Row, tell
from bench.processes import Served, every_core, load, served
from bench.road import documents
from bench.serve import change_headers

PAIRS, SECONDS, CLIENTS = 5, 4.0, 4
LEAST = 0.7
MOST_MEGABYTES = 200


def run(out: Path) -> Iterator[Row]:
    """The rows of both stores."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with every_core():
        url = f"sqlite:///{out / 'product.db'}"
        ids = _made(url, out)
        shutil.copy(out / "product.db", out / "bare.db")
        yield from _rows("SQLite", url, f"sqlite:///{out / 'bare.db'}", ids, out)
        with stores.postgresql(out / "postgresql") as server:
            url = stores.database_of(server, "product")
            ids = _made(url, out)
            yield from _rows("PostgreSQL", url, stores.database_of(server, "bare", "product"), ids, out)


def _made(url: str, out: Path) -> list[str]:
    platform = stores.published(url, documents(), out)
    ids = stores.bookings(platform, CLIENTS)
    with platform.database.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
    platform.close()
    return ids


class Changing:
    """A client that changes one booking again and again."""

    def __init__(self, server: Served, booking: str, token: str) -> None:
        self._client = Client(server.port)
        self._path = f"/api/v1/bookings/{booking}"
        self._token = token
        self._tag = '"v1"'
        self._count = 0

    @property
    def version(self) -> int:
        """The version that the last answer was of."""
        return int(self._tag.strip('"v'))

    async def begin(self) -> None:
        """Reads the version that the first change is of."""
        answer = await self._client.send("GET", self._path, {"Authorization": f"Bearer {self._token}"})
        self._tag = answer.headers.get("etag", self._tag)

    async def change(self, _: int) -> str:
        self._count += 1
        headers = change_headers(self._token, self._tag, self._count)
        body = orjson.dumps({"notes": f"note {self._count}"})
        answer = await self._client.send("PATCH", self._path, headers, body)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {answer.body.decode()}")
        self._tag = answer.headers.get("etag", self._tag)
        return "change"


def _rows(name: str, product: str, bare: str, ids: list[str], out: Path) -> Iterator[Row]:
    tell(f"  {name}")
    with served("product", product, out) as ours, served("bare", bare, out) as theirs:
        rates, spent = asyncio.run(_pairs(ours, theirs, ids))
        resident = ours.megabytes()
    ratios = [mine / other for mine, other in zip(rates["product"], rates["bare"], strict=True)]
    per_second = {who: statistics.median(found) for who, found in rates.items()}
    busy = {who: statistics.median(found) * 1e3 for who, found in spent.items()}
    detail = (
        f"{per_second['product']:.0f} beside {per_second['bare']:.0f} requests/s of {CLIENTS} clients; "
        f"{busy['product']:.2f} beside {busy['bare']:.2f} ms of the processor's time in the server; {load()}"
    )
    yield Row(f"a change over HTTP / the bare view, {name}", statistics.median(ratios), LEAST, True, detail)
    claim = f"memory of the web process after them / {MOST_MEGABYTES} MB, {name}"
    yield Row(claim, resident / MOST_MEGABYTES, 1.0, False, f"{resident:.0f} MB resident")


async def _pairs(ours: Served, theirs: Served, ids: list[str]) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    token = (await signed_in(ours.port, "manager"))["Authorization"].partition(" ")[2]
    changing = {
        "product": [Changing(ours, id, token) for id in ids],
        "bare": [Changing(theirs, id, token) for id in ids],
    }
    for one in changing["product"]:
        await one.begin()
    rates: dict[str, list[float]] = {"product": [], "bare": []}
    spent: dict[str, list[float]] = {"product": [], "bare": []}
    for pair in range(PAIRS + 1):
        for who, server in (("product", ours), ("bare", theirs)):
            before = server.seconds()
            count, seconds = await flat_out([one.change for one in changing[who]], SECONDS if pair else 1.0)
            if pair:  # the first is for warming up
                rates[who].append(count / seconds)
                spent[who].append((server.seconds() - before) / count)
    return rates, spent
