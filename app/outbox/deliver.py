"""Delivers what is in the outbox, one row at a time: lease, deliver outside any transaction, settle.

What nobody can deliver, and what may or may not have been delivered, is left for a person in the unit that settles it.
"""

from __future__ import annotations

import logging
from typing import Any

from app.bootstrap import Platform
from app.commands.trouble import tell_a_person
from app.outbox.channels.channel import Channel, LastingError, Message, PassingError, UncertainError
from app.outbox.channels.file import FileChannel
from app.outbox.lease import MOST_ATTEMPTS, Leased, lease, pause, put_off, settle, waiting
from app.road.caller import system
from app.road.road import StoredRoad
from app.road.rows import micro
from app.settings import Settings

LOG = logging.getLogger("virel.outbox")
LEASE_SECONDS = 60.0
SECOND = 1_000_000


def channel_for(settings: Settings) -> Channel | None:
    """The way out of a store: files beside a store of development or of a demo; None where nothing is set up."""
    return None if settings.production else FileChannel(settings.data / "outbox")


class Deliverer:
    """Delivers over one channel, as ``who``."""

    def __init__(self, platform: Platform, channel: Channel, who: str, seconds: float = LEASE_SECONDS) -> None:
        self._platform = platform
        self._channel = channel
        self._who = who
        self._seconds = seconds

    def deliver_due(self, most: int = 1_000) -> int:
        """Delivers what may leave by now; how many rows were settled or put off."""
        count = 0
        database = self._platform.database
        while count < most and waiting(database, self._now()):
            with self._platform.pipeline.transaction() as connection:
                leased = lease(connection, self._who, self._now(), self._seconds)
            if leased is None:
                break
            self._deliver(leased)
            count += 1
        return count

    def _now(self) -> int:
        return micro(self._platform.clock.now())

    def _deliver(self, leased: Leased) -> None:
        if leased.lapsed and not self._channel.idempotent:
            self._end(leased, "in_doubt", "whoever was at it did not say what became of it")
            return
        payload = leased.payload
        refused = [str(one["refused"]) for one in payload.get("texts", ()) if "refused" in one]
        if "texts" in payload:
            payload["texts"] = [one for one in payload["texts"] if "refused" not in one]
        if refused and not payload["texts"]:
            self._end(leased, "dead", f"its text refused to be written: {refused[0]}")
            return
        try:
            self._channel.deliver(Message(leased.row["key"], leased.row["kind"], payload, leased.about))
        except PassingError as error:
            self._again(leased, error)
        except LastingError as error:
            self._end(leased, "dead", str(error))
        except UncertainError as error:
            if self._channel.idempotent:
                self._again(leased, PassingError(str(error)))
            else:
                self._end(leased, "in_doubt", str(error))
        except Exception as error:
            LOG.exception("the %s channel failed at %s", self._channel.name, leased.row["key"])
            self._again(leased, PassingError(f"the channel failed: {error}"))
        else:
            self._end(leased, "done", f"in part: {refused[0]}" if refused else None)

    def _again(self, leased: Leased, error: PassingError) -> None:
        if leased.attempts >= MOST_ATTEMPTS:
            self._end(leased, "dead", f"given up after {leased.attempts} attempts: {error}")
            return
        seconds = error.seconds if error.seconds is not None else pause(leased.attempts)
        until = self._now() + int(seconds * SECOND)
        with self._platform.pipeline.transaction() as connection:
            put_off(connection, leased, until, str(error))

    def _end(self, leased: Leased, state: str, problem: str | None) -> None:
        if problem is None:
            with self._platform.pipeline.transaction() as connection:
                held = settle(connection, leased, state, self._now())
        else:
            held = self._platform.pipeline.run(system("outbox"), lambda road: self._told(road, leased, state, problem))
        if not held:
            LOG.warning("the lease on %s had run out: whoever has it now settles it", leased.row["key"])

    def _told(self, road: StoredRoad, leased: Leased, state: str, problem: str) -> bool:
        """Settles a row and leaves an exception for a person."""
        if not settle(road.connection, leased, state, self._now(), problem):
            return False
        named = {"dead": "not sent", "in_doubt": "nobody knows whether it was sent", "done": "sent in part"}[state]
        what: Any = leased.payload.get("template") or leased.payload.get("endpoint") or leased.row["kind"]
        tell_a_person(
            road,
            f"outbox/{leased.number}",
            reason=f"message_{state}" if state != "done" else "message_in_part",
            title=f"{what}: {named}. {problem}",
            about=leased.about,
        )
        return True
