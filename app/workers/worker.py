"""One worker: it sweeps what is due, delivers what may leave, and keeps the house; as many may run as one likes.

Ended at any moment, by whatever, it leaves every row either performed with all that follows from it, or waiting.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading

from sqlalchemy.exc import DBAPIError

from app.bootstrap import Platform
from app.clock import seconds_until
from app.outbox.channels.channel import Channel
from app.outbox.deliver import LEASE_SECONDS, Deliverer
from app.road.rows import micro
from app.workers.housekeeping import Housekeeping
from app.workers.sweep import WORKER, Sweep, next_due
from app.workers.wakeups import Wakeups
from engine.conditions.values import Timestamp

LOG = logging.getLogger("virel.worker")
LONGEST = 5.0
"""Seconds between two sweeps: a wake-up that was lost costs no more."""
SHORTEST = 0.05


class Worker:
    """Works on a platform; ``channel`` None delivers nothing."""

    def __init__(
        self,
        platform: Platform,
        channel: Channel | None,
        wakeups: Wakeups | None = None,
        *,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self._platform = platform
        self._sweep = Sweep(platform)
        self._wakeups = wakeups
        self._housekeeping = Housekeeping(platform)
        name = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
        self._deliverer = Deliverer(platform, channel, name, lease_seconds) if channel is not None else None

    def run_once(self, now: Timestamp | None = None) -> int:
        """Does everything that is due by now; how much that was."""
        until = now if now is not None else self._platform.clock.now()
        count = self._sweep.perform_due(until)
        if self._deliverer is not None:
            count += self._deliverer.deliver_due()
        self._housekeeping.keep(micro(until))
        return count

    def run(self, stop: threading.Event) -> None:
        """Works until it is to stop; a database that is away is waited for."""
        awake = threading.Event()
        if self._wakeups is not None:
            listener = threading.Thread(
                target=self._listen, args=(self._wakeups, awake, stop), name="wake-ups", daemon=True
            )
            listener.start()
        while not stop.is_set():
            awake.clear()
            try:
                done = self.run_once()
                pause = 0.0 if done else self._pause()
            except DBAPIError as error:
                LOG.warning("the store does not answer: %s", str(error.orig).strip().partition("\n")[0])
                pause = LONGEST
            if pause:
                _wait(awake, stop, pause)

    def _listen(self, wakeups: Wakeups, awake: threading.Event, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                wakeups.listen(awake.set, stop)
            except Exception as error:  # noqa: BLE001 - a queue that is away delays nothing for more than a sweep
                LOG.warning("no wake-ups for now: %s", error)
                stop.wait(LONGEST)

    def _pause(self) -> float:
        """Seconds until there is something to do, as far as one can know."""
        due = self._platform.pipeline.read(WORKER, next_due)
        if due is None:
            return LONGEST
        return min(LONGEST, max(SHORTEST, seconds_until(self._platform.clock, due)))


def _wait(awake: threading.Event, stop: threading.Event, seconds: float) -> None:
    """Until somebody wakes it, it is to stop, or the time is over."""
    left = seconds
    while left > 0 and not stop.is_set() and not awake.wait(min(left, 0.5)):
        left -= 0.5
