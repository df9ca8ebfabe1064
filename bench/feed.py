"""The live feed while HTTP is under load: six writers, a hundred sockets that listen, and one that never reads.

Every change that a writer was answered must reach every socket that listens. The lag of one is the time from the answer
to the message, on one clock, since this process is writer and listener; a message before the answer lags nothing.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import websockets

from bench import stores
from bench.clients import Asking, Client, paced, part, signed_in
from bench.measure import Row, tell
from bench.processes import Served, every_core, load, served
from bench.road import documents
from bench.served import Changing

WRITERS, READERS, SOCKETS = 6, 4, 100
WRITES, SECONDS, AFTER = 60, 15.0, 3.0
"""Requests a second, a third as many reads beside them, and how long is waited for the last messages."""
MOST_LAG, MOST_MEGABYTES = 0.100, 200
Change = tuple[str, int]
"""An entity and its version."""


@dataclass(slots=True)
class Seen:
    """When each socket was told of each change, and when the writers were answered."""

    answered: dict[Change, float] = field(default_factory=dict)
    told: list[dict[Change, float]] = field(default_factory=list)

    def lags(self) -> list[float]:
        """Of every change on every socket that was told of it."""
        return sorted(
            max(0.0, told[change] - answered)
            for told in self.told
            for change, answered in self.answered.items()
            if change in told
        )

    def missed(self) -> int:
        return sum(1 for told in self.told for change in self.answered if change not in told)


def run(out: Path) -> Iterator[Row]:
    """The rows."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with every_core(), stores.postgresql(out / "postgresql") as server:
        url = stores.database_of(server, "product")
        platform = stores.published(url, documents(), out)
        ids = stores.bookings(platform, WRITERS)
        platform.close()
        with served("product", url, out) as product:
            tell(f"  {SECONDS:.0f} seconds, {SOCKETS} sockets")
            seen, http = asyncio.run(_live(product, ids))
            resident = product.megabytes()
    lags, changes = seen.lags(), len(seen.answered)
    lag = part(lags, 0.95)
    detail = f"{lag * 1e3:.0f} ms, median {part(lags, 0.5) * 1e3:.0f}; {changes} changes by {WRITERS} writers; {load()}"
    yield Row(f"p95 lag of the feed on {SOCKETS} sockets / 100 ms", lag / MOST_LAG, 1.0, False, detail)
    yield Row("changes that a socket was not told of", seen.missed(), 0.0, False, f"of {changes * SOCKETS}")
    detail = f"{part(http, 0.95) * 1e3:.0f} ms, median {part(http, 0.5) * 1e3:.0f}, of {len(http)} requests"
    yield Row("p95 of HTTP meanwhile / 200 ms, a stalled socket beside it", part(http, 0.95) / 0.2, None, False, detail)
    claim = f"memory of the web process with {SOCKETS} sockets / {MOST_MEGABYTES} MB"
    yield Row(claim, resident / MOST_MEGABYTES, 1.0, False, f"{resident:.0f} MB resident")


async def _live(product: Served, ids: list[str]) -> tuple[Seen, list[float]]:
    who = await signed_in(product.port, "manager")
    token = who["Authorization"].partition(" ")[2]
    seen = Seen(told=[{} for _ in range(SOCKETS)])
    stalled = _stalled(product.port, token)
    ready = [asyncio.Event() for _ in range(SOCKETS)]
    listening = [
        asyncio.create_task(_listen(product.port, who, seen.told[number], ready[number])) for number in range(SOCKETS)
    ]
    await asyncio.gather(*(one.wait() for one in ready))
    writers = [Changing(product, id, token) for id in ids]
    for one in writers:
        await one.begin()
    asking = [_writing(one, id, seen) for one, id in zip(writers, ids, strict=True)]
    reading = [_reading(product, who, ids[number]) for number in range(READERS)]
    times = await asyncio.gather(paced(asking, WRITES, SECONDS), paced(reading, WRITES / 3, SECONDS))
    await asyncio.sleep(AFTER)
    for task in listening:
        if task.done():
            task.result()  # a socket that was closed says why
            raise RuntimeError("a socket ended before its time")
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    stalled.close()
    return seen, sorted([*times[0].all(), *times[1].all()])


def _writing(one: Changing, id: str, seen: Seen) -> Asking:
    async def ask(turn: int) -> str:
        await one.change(turn)
        seen.answered[id, one.version] = time.perf_counter()
        return "a change"

    return ask


def _reading(product: Served, who: dict[str, str], id: str) -> Asking:
    client = Client(product.port)

    async def ask(turn: int) -> str:
        path = f"/api/v1/bookings/{id}" if turn % 2 else "/api/v1/tasks"
        answer = await client.send("GET", path, who)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {answer.body.decode()}")
        return "a read"

    return ask


async def _listen(port: int, who: dict[str, str], told: dict[Change, float], ready: asyncio.Event) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{port}/live", additional_headers=who) as one:
        await one.recv()
        ready.set()
        async for message in one:
            now = time.perf_counter()
            for item in orjson.loads(message).get("items", ()):
                told.setdefault((item["entity"]["id"], item["version"]), now)


def _stalled(port: int, token: str) -> socket.socket:
    """A socket that shakes hands and never reads again."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    one.connect(("127.0.0.1", port))
    lines = (
        "GET /live HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        f"Authorization: Bearer {token}",
    )
    one.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
    return one
