"""Viewers who read too slowly or not at all: they are given up, may resume, and hold up nobody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

import pytest

from app.live import socket
from app.live.hub import MOST_WAITING, Hub
from app.live.socket import TRY_AGAIN, LiveSocket
from app.road.caller import Caller
from tests.app.conftest import OWNER

SCOPE: dict[str, Any] = {"type": "websocket", "path": "/live", "headers": [(b"host", b"here")], "query_string": b""}


def owner(*_: object) -> Caller:
    return OWNER


async def receive(calls: list[None]) -> dict[str, Any]:
    calls.append(None)
    if len(calls) > 1:
        await asyncio.Event().wait()
    return {"type": "websocket.connect"}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "SLOWEST", 0.1)


@pytest.mark.usefixtures("impatient")
def test_a_socket_that_takes_nothing_is_given_up(platform):
    hub, calls = Hub(platform), []

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "websocket.send":
            await asyncio.Event().wait()

    async def main() -> None:
        await asyncio.wait_for(LiveSocket(platform, hub, owner)(SCOPE, lambda: receive(calls), send), 5)

    asyncio.run(main())
    assert not hub._viewers


def test_a_viewer_who_falls_behind_is_told_to_resume_after_what_they_were_told(platform):
    hub, calls, sent = Hub(platform), [], []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)
        if message["type"] == "websocket.send" and len(sent) == 2:
            (viewer,) = hub._viewers
            for number in range(2 * MOST_WAITING):
                viewer.tell(json.dumps({"type": "beat", "upto": number}))

    async def main() -> None:
        await asyncio.wait_for(LiveSocket(platform, hub, owner)(SCOPE, lambda: receive(calls), send), 5)

    asyncio.run(main())
    told = [json.loads(one["text"]) for one in sent if one["type"] == "websocket.send"]
    assert [one["upto"] for one in told[1:]] == list(range(MOST_WAITING))
    assert sent[-1]["code"] == TRY_AGAIN
    assert not hub._viewers
