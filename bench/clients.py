"""Clients of an HTTP server, light enough to leave the machine to it: one connection each, kept open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, headers by their names in small letters, the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)


class Client:
    """One connection that asks one thing after the other."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        found = {}
        for line in head[1:-2]:
            name, _, value = line.partition(":")
            found[name.lower()] = value.strip()
        length = found.get("content-length")
        content = await reader.readexactly(int(length)) if length is not None else await _chunks(reader)
        return Answer(int(head[0].split(" ", 2)[1]), found, content)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    found = b""
    while True:
        size = int(await reader.readline(), 16)
        found += await reader.readexactly(size)
        await reader.readline()
        if size == 0:
            return found


async def signed_in(port: int, name: str) -> dict[str, str]:
    """The header of one of the demo's people, by a real login."""
    client = Client(port)
    body = orjson.dumps({"email": f"{name}@demo.virel", "password": "demo-demo-demo"})
    answer = await client.send("POST", "/api/v1/auth/login", body=body)
    client.close()
    assert answer.status == 200, answer.body
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


Asking = Callable[[int], Awaitable[str]]


@dataclass(slots=True)
class Paced:
    """Latencies in seconds by what was asked, from the instant at which a request was due to its answer's last byte."""

    taken: dict[str, list[float]] = field(default_factory=dict)

    def all(self) -> list[float]:
        return sorted(one for times in self.taken.values() for one in times)


def part(sorted_times: list[float], share: float) -> float:
    """The time within which a share of the requests was answered."""
    return sorted_times[min(len(sorted_times) - 1, int(share * len(sorted_times)))]


async def paced(clients: list[Asking], rate: float, seconds: float) -> Paced:
    """Asks at a steady rate, each client in its turn; a client that is late asks at once, and its lateness counts."""
    found = Paced()
    begin = time.perf_counter() + 0.05

    async def one(number: int, ask: Asking) -> None:
        turn = 0
        while True:
            due = begin + (number + turn * len(clients)) / rate
            if due >= begin + seconds:
                return
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            what = await ask(turn)
            found.taken.setdefault(what, []).append(time.perf_counter() - max(due, 0))
            turn += 1

    await asyncio.gather(*(one(number, ask) for number, ask in enumerate(clients)))
    return found


async def flat_out(clients: list[Asking], seconds: float) -> tuple[int, float]:
    """Everybody asks again as soon as they were answered: how many requests in how many seconds."""
    end = time.perf_counter() + seconds
    begin = time.perf_counter()
    counts = [0] * len(clients)

    async def one(number: int, ask: Asking) -> None:
        while time.perf_counter() < end:
            await ask(counts[number])
            counts[number] += 1

    await asyncio.gather(*(one(number, ask) for number, ask in enumerate(clients)))
    return sum(counts), time.perf_counter() - begin
