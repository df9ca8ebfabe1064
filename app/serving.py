"""One process that serves everything: pages and REST in threads, the live feed beside them, embedded workers if wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from a2wsgi import WSGIMiddleware

from app.bootstrap import Platform
from app.live.hub import Hub
from app.live.socket import LiveSocket
from app.web.app import create_app
from app.web.pages.work.pushed import PushedRows
from app.web.signed_in import who

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
THREADS = 16


class Serving:
    """An ASGI application over a platform."""

    def __init__(self, platform: Platform) -> None:
        web = create_app(platform)
        parts = PushedRows(web)
        self._hub = Hub(platform, parts)
        self._socket = LiveSocket(platform, self._hub, who, parts)
        self._web: Any = WSGIMiddleware(web, workers=THREADS)  # type: ignore[arg-type]
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            if scope["path"] == "/live":
                await self._socket(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
        else:
            await self._web(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """The process's own life: the hub runs from its start to its end."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                # Its own threads, so that a busy web never keeps the feed waiting.
                asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(8, "live"))
                self._running = asyncio.create_task(self._hub.run())
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._running is not None:
                    self._running.cancel()
                await send({"type": "lifespan.shutdown.complete"})
                return
