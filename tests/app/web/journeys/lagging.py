"""A server that answers late, each time by as much as chance has it: what a journey does not wait for then comes to light.

``VIREL_LAG`` is the longest delay in milliseconds, before an answer is made as well as after it; ``VIREL_THROTTLE`` how
many times slower the browser is made.
"""

from __future__ import annotations

import asyncio
import os
import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

LAG = float(os.environ.get("VIREL_LAG", "0")) / 1000
THROTTLE = float(os.environ.get("VIREL_THROTTLE", "1"))


class Lagging:
    """An ASGI application before another one."""

    def __init__(self, served: Any) -> None:
        self._served = served
        self._chance = random.Random()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One connection."""

        async def late(message: Any) -> None:
            if message["type"] in ("http.response.start", "websocket.accept", "websocket.send"):
                await self._wait()
            await send(message)

        if scope["type"] == "http":
            await self._wait()
        await self._served(scope, receive, late)

    async def _wait(self) -> None:
        await asyncio.sleep(self._chance.random() * LAG)


def throttled(context: BrowserContext, page: Page) -> None:
    """Makes a page's scripts slow."""
    if THROTTLE > 1:
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
