"""Somebody who watches the live feed over a real socket."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from typing import Any

from websockets.sync.client import ClientConnection, connect


class LiveViewer:
    """One socket and what it was told."""

    def __init__(self, port: int, token: str, after: int | None = None, **headers: str) -> None:
        query = "" if after is None else f"?after={after}"
        named = {"Authorization": f"Bearer {token}", **headers}
        self._open = ExitStack()
        address = f"ws://127.0.0.1:{port}/live{query}"
        opening = connect(address, additional_headers=named, proxy=None, ping_interval=None)
        self.socket: ClientConnection = self._open.enter_context(opening)
        hello = self.told()
        assert hello["type"] == "hello"
        self.upto: int = hello["upto"]
        self.items: list[dict[str, Any]] = []

    def told(self, seconds: float = 10) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.socket.recv(timeout=seconds))
        return found

    def told_to_the_end(self) -> None:
        """Reads until the socket is closed. Raises ConnectionClosed."""
        while True:
            self.told()

    def read(self, until: int, seconds: float = 20) -> list[dict[str, Any]]:
        """Reads until it was told of everything up to a number; all that it was told so far."""
        deadline = time.monotonic() + seconds
        while self.upto < until:
            assert time.monotonic() < deadline, f"told up to {self.upto} of {until}"
            message = self.told()
            if message["type"] == "changes":
                self.items += message["items"]
            self.upto = max(self.upto, message["upto"])
        return self.items

    def close(self) -> None:
        self._open.close()
