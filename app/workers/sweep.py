"""What is due, found in the store and performed in order: due time, rule order, number. Several may sweep at once."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.bootstrap import Platform
from app.commands.trouble import tell_a_person
from app.road import asleep
from app.road.caller import system
from app.road.problems import BusyError
from app.road.road import StoredRoad
from app.road.rows import micro, stamp
from app.store.waiting import CLOCKS, TIMERS
from app.workers import ticks, waits
from engine.conditions.values import Timestamp

LOG = logging.getLogger("virel.worker")
WORKER = system("worker")
BATCH = 200
MOST_ATTEMPTS = 8
SECOND = 1_000_000
"""In microseconds."""


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """One thing that is due. ``kind`` is wait, clock or tick; ``number`` a row of ``timers``; ``owner`` a rule or policy."""

    due: int
    rank: int
    number: int
    kind: str = field(compare=False)
    owner: str = field(compare=False)
    machine: str = field(compare=False)
    entity: str = field(compare=False)


class Sweep:
    """Looks for what is due and performs it."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._run = platform.pipeline.run

    def perform_due(self, until: Timestamp) -> int:
        """Performs what is due by ``until``, and what becomes due by then meanwhile; how many things."""
        count = 0
        if self._platform.pipeline.read(WORKER, ticks.unknown):
            self._run(WORKER, ticks.begin)
        while items := self._platform.pipeline.read(WORKER, lambda road: due_items(road, until)):
            done = sum(self._perform(item) for item in items)
            if not done:  # somebody else is at them, or they are to be tried again later
                break
            count += done
        return count

    def _perform(self, item: Item) -> bool:
        try:
            if item.kind == "wait":
                return self._wait(item)
            return self._clock(item) if item.kind == "clock" else self._tick(item)
        except BusyError:
            return False
        except DBAPIError:
            raise
        except Exception as error:
            LOG.exception("%s of %s for %s failed", item.kind, item.owner, item.entity)
            self._failed(item, error)
            return False

    def _wait(self, item: Item) -> bool:
        releases = self._platform.releases

        def work(road: StoredRoad) -> bool:
            return waits.perform(road, releases, item.number, item.machine, item.entity)

        return self._run(WORKER, work)

    def _clock(self, item: Item) -> bool:
        def work(road: StoredRoad) -> bool:
            road.store.lock(item.machine, item.entity)
            row = CLOCKS.c.policy == item.owner, CLOCKS.c.entity == item.entity, CLOCKS.c.next <= micro(road.now)
            query = sa.select(CLOCKS.c.policy).where(*row).with_for_update(skip_locked=True)
            if road.connection.execute(query).first() is None:
                return False
            # Where its policy is gone nobody looks at it again; else the clock says itself when it wants to be.
            road.connection.execute(sa.update(CLOCKS).where(*row).values(next=None))
            road.clocks.due(item.owner, item.entity)
            road.settle()
            return True

        return self._run(WORKER, work)

    def _tick(self, item: Item) -> bool:
        due = stamp(item.due)

        def candidates(road: StoredRoad) -> list[str]:
            rule = road.catalog.rules[item.owner]
            if ticks.is_missed(rule, due, road.now):
                return []
            return ticks.meant(road, rule, after) if item.machine else [""] if not after else []

        after = ""
        while found := self._platform.pipeline.read(WORKER, candidates):
            for entity in found:
                self._tick_of(item, due, entity)
            after = found[-1] or "."
        self._run(WORKER, lambda road: ticks.done(road, item.owner, due))
        return True

    def _tick_of(self, item: Item, due: Timestamp, entity: str) -> None:
        try:
            self._run(WORKER, lambda road: ticks.perform(road, item.owner, due, entity))
        except DBAPIError:
            raise
        except Exception as error:
            LOG.exception("the tick %s of %s for %s failed", due.text(), item.owner, entity)
            mark, title = f"{ticks.tick_id(item.owner, due)}/{entity}", f"{item.owner}: {error}"
            about = f"{item.machine}/{entity}" if entity else None
            self._run(WORKER, lambda road: tell_a_person(road, mark, reason="tick_failed", title=title, about=about))

    def _failed(self, item: Item, error: Exception) -> None:
        """Counts an attempt; what fails again and again is given to a person."""

        def note(road: StoredRoad) -> None:
            now = micro(road.now)
            if item.kind == "clock":
                its = CLOCKS.c.policy == item.owner, CLOCKS.c.entity == item.entity
                road.connection.execute(sa.update(CLOCKS).where(*its).values(next=now + 60 * SECOND))
                return
            row = waits.lock_waiting(road, item.number, item.machine, item.entity)
            if row is None:
                return
            attempts = row["attempts"] + 1
            values = {"attempts": attempts, "problem": str(error)[:1_000], "again": now + 2**attempts * SECOND}
            if attempts >= MOST_ATTEMPTS:
                values["state"] = "failed"
                about = f"{item.machine}/{item.entity}" if item.machine else None
                title = f"{item.owner}: what it waited for could not be done. {error}"
                tell_a_person(road, f"timer/{item.number}", reason="timer_failed", title=title, about=about)
            waits.settle(road, item.number, **values)

        self._run(WORKER, note)


def due_items(road: StoredRoad, until: Timestamp) -> list[Item]:
    """What is due by ``until``, in order, at most a batch of it."""
    by = micro(until)
    columns = TIMERS.c
    query = sa.select(columns.due, columns.rank, columns.number, columns.rule, columns.machine, columns.entity)
    query = query.where(columns.state == "pending", columns.due <= by)
    query = query.where(sa.or_(columns.again.is_(None), columns.again <= by))
    rows = road.connection.execute(query.order_by(columns.due, columns.rank, columns.number).limit(BATCH))
    found = [Item(row.due, row.rank, row.number, "wait", row.rule, row.machine, row.entity) for row in rows]
    known = {one.number for one in found}
    awake = [number for number in asleep.active(road) if number not in known]
    if awake:
        early = sa.select(columns.number, columns.entity).where(columns.number.in_(awake))
        early = early.where(sa.or_(columns.again.is_(None), columns.again <= by))
        found += [
            Item(by, 0, row.number, "wait", asleep.KIND, "task", row.entity) for row in road.connection.execute(early)
        ]
    clocks = sa.select(CLOCKS.c.next, CLOCKS.c.policy, CLOCKS.c.machine, CLOCKS.c.entity).where(CLOCKS.c.next <= by)
    for row in road.connection.execute(clocks.order_by(CLOCKS.c.next, CLOCKS.c.entity).limit(BATCH)):
        policy = road.catalog.policies.get(row.policy)
        rank = road.runs.rank_of(policy.rule) if policy is not None else 0
        found.append(Item(row.next, rank, 0, "clock", row.policy, row.machine, row.entity))
    for rule, due in ticks.due_ticks(road, until):
        machine = getattr(rule.text.trigger, "for_each", None) or ""
        found.append(Item(micro(due), road.runs.rank(rule), 0, "tick", rule.id, machine, ""))
    return sorted(found)[:BATCH]


def next_due(road: StoredRoad) -> Timestamp | None:
    """When something is due next."""
    waiting = sa.select(sa.func.min(TIMERS.c.due)).where(TIMERS.c.state == "pending", TIMERS.c.again.is_(None))
    clocks = sa.select(sa.func.min(CLOCKS.c.next))
    found = [road.connection.scalar(query) for query in (waiting, clocks)]
    tick = ticks.next_tick(road, Timestamp(road.now + 1))
    known = [stamp(one) for one in found if one is not None] + ([tick] if tick is not None else [])
    return min(known, default=None)
