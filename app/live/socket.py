"""The WebSocket at /live (RFC 6455, as ASGI has it): who may look, and the loop of one socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from app.bootstrap import Platform
from app.live.hub import Hub, Viewer
from app.live.looks import Look, Parts
from app.road.caller import Caller

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Who = Callable[[Platform, Request], Caller]
GOING_AWAY, TRY_AGAIN, SIGNED_OUT = 1001, 1013, 4401
SLOWEST = 10.0
"""Seconds that a socket may take to accept one message: whoever does not read is given up, and may resume."""
RECHECK = 1.0
"""Seconds after which it is asked again whether the viewer is still signed in, and in which roles."""


class LiveSocket:
    """Serves /live. ``who`` says whose request it is, as on every other one, ``parts`` how a page looks on."""

    def __init__(self, platform: Platform, hub: Hub, who: Who, parts: Parts | None = None) -> None:
        self._platform = platform
        self._hub = hub
        self._who = who
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, from its handshake to its end."""
        await receive()
        request = _request(scope)
        if not self._same_origin(request):
            await _refuse(scope, send, 403)
            return
        try:
            caller, look = await asyncio.to_thread(self._looking, request)
        except HTTPException:
            await _refuse(scope, send, 401)
            return
        await send({"type": "websocket.accept"})
        viewer = await self._hub.join(caller.actor, _after(scope), look)
        telling = asyncio.create_task(_tell(viewer, send))
        listening = asyncio.create_task(_listen(receive))
        checking = asyncio.create_task(self._check(request, caller))
        tasks = (telling, listening, checking)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.leave(viewer)
            for task in tasks:
                task.cancel()
        for task in done:
            task.result()  # what failed is told to the server, which ends the connection
        if checking in done and listening not in done:
            await send({"type": "websocket.close", "code": SIGNED_OUT, "reason": "sign in again"})

    def _looking(self, request: Request) -> tuple[Caller, Look | None]:
        caller = self._who(self._platform, request)
        return caller, self._parts.look(request, caller) if self._parts is not None else None

    async def _check(self, request: Request, caller: Caller) -> None:
        """Ends when the viewer is no longer signed in, or no longer who they were."""
        while True:
            await asyncio.sleep(RECHECK)
            try:
                found = await asyncio.to_thread(self._who, self._platform, request)
            except HTTPException:
                return
            if dict(found.actor) != dict(caller.actor):
                return

    def _same_origin(self, request: Request) -> bool:
        """Whether a browser's page of ours asks; programs send no Origin."""
        origin = request.headers.get("Origin")
        if origin is None:
            return True
        allowed = {urlsplit(self._platform.settings.public_url).netloc, request.host}
        return urlsplit(origin).netloc in allowed


async def _tell(viewer: Viewer, send: Send) -> None:
    """Sends what is queued; ends by closing the socket of a viewer who was given up."""
    while not (viewer.stalled and viewer.queue.empty()):
        message = await viewer.queue.get()
        try:
            async with asyncio.timeout(SLOWEST):
                await send({"type": "websocket.send", "text": message})
        except TimeoutError:
            viewer.stalled = True
            return  # nothing can be said to who does not read; the server closes what is behind
    await send({"type": "websocket.close", "code": TRY_AGAIN, "reason": "too slow; resume"})


async def _listen(receive: Receive) -> None:
    """Ends when the other side goes; what it says means nothing."""
    while (await receive())["type"] != "websocket.disconnect":
        continue


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    if "websocket.http.response" in scope.get("extensions", {}):
        await send({"type": "websocket.http.response.start", "status": status, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b""})
    else:
        await send({"type": "websocket.close", "code": 1008})


def _after(scope: Scope) -> int | None:
    """The number that the viewer was told last."""
    text = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("after", [""])[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _request(scope: Scope) -> Request:
    """The handshake as a request, so that it is judged like any other."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    scheme = "https" if scope.get("scheme") == "wss" else "http"
    host = dict(headers).get("host", "localhost")
    query = scope.get("query_string", b"").decode("latin-1")
    builder = EnvironBuilder(path=scope["path"], query_string=query, base_url=f"{scheme}://{host}/", headers=headers)
    environ = builder.get_environ()
    builder.close()
    client = scope.get("client")
    environ["REMOTE_ADDR"] = client[0] if client else ""
    return Request(environ)
