"""SLA clocks over the store: the engine's own, each read when an event touches its entity and written with the unit.

A running clock keeps the policy and the calendar of the release under which it was opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.road.rows import micro, stamp
from app.store.statements import dumped, loaded
from app.store.waiting import CLOCKS
from engine.calendars.amount import Amount
from engine.calendars.model import ALWAYS, WorkingTime
from engine.conditions.values import Duration, Timestamp
from engine.simulation.agenda import Entry
from engine.simulation.clocks import Clocks, Heard, Running, Watch
from engine.simulation.events import Chain, Event
from engine.sla.clock import Clock, Stretch, Track
from engine.sla.model import Policy, Step

if TYPE_CHECKING:
    from app.road.road import StoredRoad

COLUMNS = [column.name for column in CLOCKS.columns]


class NoAgenda:
    """Takes what the engine's clocks put on an agenda: here the clock's row says when it is due."""

    def add(self, entry: Entry, rank: int, id: str) -> None:
        """Leaves the entry to the row."""


class StoredTracks(dict[str, Track]):
    """The tracks of one policy that the unit has seen; asked for another, it reads the row."""

    def __init__(self, clocks: StoredClocks, watch: Watch) -> None:
        super().__init__()
        self._clocks = clocks
        self._watch = watch

    def __missing__(self, id: str) -> Track:
        """Reads the row. Raises KeyError where there is none."""
        track = self._clocks.read(self._watch, id)
        if track is None:
            raise KeyError(id)
        return track

    def get(self, id: str, default: Any = None) -> Any:
        """The track, or ``default`` where there is none."""
        try:
            return self[id]
        except KeyError:
            return default


class StoredClocks(Clocks):
    """The clocks of the store, for one unit of work after the other."""

    def __init__(self, road: StoredRoad) -> None:
        super().__init__(road)  # type: ignore[arg-type]
        self._road = road
        self._absent: set[tuple[str, str]] = set()
        self._stored: set[tuple[str, str]] = set()
        self._touched: dict[tuple[str, str], Watch] = {}
        self._releases: dict[tuple[str, str], int] = {}
        for watch in self.watches.values():
            watch.tracks = StoredTracks(self, watch)

    def begin(self) -> None:
        """Forgets the unit before."""
        for watch in self.watches.values():
            watch.tracks.clear()
            watch.running.clear()
        for kept in (self._absent, self._stored):
            kept.clear()
        self._touched.clear()
        self._releases.clear()

    def read(self, watch: Watch, id: str) -> Track | None:
        """Reads a clock's row into its watch; None where there is none."""
        key = (watch.policy.id, id)
        if key in self._absent:
            return None

        def clause() -> Any:
            query = sa.select(CLOCKS.c.track, CLOCKS.c.release).where(CLOCKS.c.policy == sa.bindparam("policy"))
            return query.where(CLOCKS.c.entity == sa.bindparam("entity"))

        road = self._road
        select = road.statements.of("clock", clause)
        row = select(road.connection, {"policy": key[0], "entity": id}).fetchone()
        if row is None:
            self._absent.add(key)
            return None
        self._stored.add(key)
        self._releases[key] = row[1]
        kept = loaded(row[0])
        policy = road.policy(key[0], row[1]) if kept["clock"] is not None else watch.policy
        track = track_from(kept, policy, watch.policy)
        dict.__setitem__(watch.tracks, id, track)
        clock = track.clock
        if clock is not None and clock.ended is None:
            opening = kept["opening"]
            type, time = opening["type"], stamp(opening["time"])
            event = Event(opening["id"], type, id, time, {}, root=opening["root"], chain=StoredChain(road, opening))
            record = road.world.tables[policy.entity][id]
            late = None if kept["late"] is None else stamp(kept["late"])
            running = Running(clock, f"{policy.id}/{id}/{track.opened}", record, event)
            running.warned, running.late, running.told = kept["warned"], late, kept["told"]
            watch.running[id] = running
        return track

    def commit(self, heard: list[Heard]) -> None:
        """Lets the clocks take what was said at events that stand."""
        for watch, record, _, _ in heard:
            self._touched[watch.policy.id, record["id"]] = watch
        super().commit(heard)

    def due(self, policy: str, id: str) -> None:
        """Lets a clock do what is due now: warn, or tell that it is late."""
        watch = self.watches.get(policy)
        if watch is None or watch.tracks.get(id) is None or id not in watch.running:
            return
        self._touched[policy, id] = watch
        self._fire(watch, watch.running[id])

    def _escalate(self, watch: Watch, running: Running, step: Step, number: int, time: int, breach: Event) -> None:
        """Waits for a step's ``time``-th turn as a row of ``timers``."""
        assert step.after is not None
        since = running.late
        assert since is not None
        amount = Amount(step.after.days * time, Duration(step.after.time * time), step.after.text)
        due = watch.policy.calendar.after(since, amount)
        if due is None:
            return
        payload = {"policy": watch.policy.id, "step": number, "time": time, "breach": breach.id, "since": micro(since)}
        self._road.delays.add(
            "escalation",
            step.bound.rule,
            breach,
            machine=watch.policy.entity,
            entity=running.record["id"],
            due=due,
            mark=f"{number}/{time}",
            payload=payload,
        )

    def escalate(self, payload: Mapping[str, Any], id: str) -> None:
        """Takes an escalation's turn, unless the clock has ended or is no longer late in the same way."""
        watch = self.watches.get(payload["policy"])
        if watch is None or watch.tracks.get(id) is None:
            return
        running = watch.running.get(id)
        since, number, time = stamp(payload["since"]), payload["step"], payload["time"]
        if running is None or running.late != since or number >= len(watch.policy.steps):
            return
        self._touched[watch.policy.id, id] = watch
        step = watch.policy.steps[number]
        breach = self._road.event(payload["breach"])
        event = self._event(running, f"{breach.id}/after-{number}-{time}", breach.type, dict(breach.data), breach.id)
        self._road.enqueue((event, running.record, dict(running.record), [(0, step.bound, True)]))
        if time < step.repeat:
            self._escalate(watch, running, step, number, time + 1, breach)

    def write(self) -> None:
        """Writes the clocks that the unit touched."""
        road = self._road
        for (policy, id), watch in self._touched.items():
            track = watch.tracks.get(id)
            if track is None:
                continue
            row = self._row(watch, id, track)
            if (policy, id) in self._stored:
                road.statements.of("clock_on", _update)(
                    road.connection, {**row, "its_policy": policy, "its_entity": id}
                )
            else:
                road.statements.of("clock_new", CLOCKS.insert, COLUMNS)(road.connection, row)
        self._touched.clear()

    def _row(self, watch: Watch, id: str, track: Track) -> dict[str, Any]:
        clock, running = track.clock, watch.running.get(id)
        key = (watch.policy.id, id)
        release = self._releases.get(key, self._road.release)
        if clock is None or clock.policy is watch.policy:
            release = self._road.release
        entry = running.entry if running is not None else None
        return {
            "policy": watch.policy.id,
            "entity": id,
            "machine": watch.policy.entity,
            "version": (clock.policy if clock is not None else watch.policy).version,
            "release": release,
            "state": clock.state(self._road.now) if clock is not None else "none",
            "paused": clock is not None and clock.ended is None and clock.paused,
            "opened": _micro(clock.opened if clock is not None else None),
            "due": _micro(clock.due if clock is not None else None),
            "warn": _micro(clock.warn if clock is not None else None),
            "ended": _micro(clock.ended if clock is not None else None),
            "next": _micro(entry.due if entry is not None else None),
            "track": dumped(track_as_json(track, running)),
        }


class StoredChain(Chain):
    """The chain of a clock's opening event, counted when it is first asked to grow."""

    __slots__ = ("_counted", "_opening", "_road")

    def __init__(self, road: StoredRoad, opening: Mapping[str, Any]) -> None:
        super().__init__()
        self._road = road
        self._opening = opening
        self._counted = False

    def grow(self) -> bool:
        """Counts one more event; false when it is one too many."""
        if not self._counted:
            self.events = self._road.length(self._opening["root"])
            self._counted = True
        return super().grow()


def _update() -> Any:
    update = sa.update(CLOCKS).where(CLOCKS.c.policy == sa.bindparam("its_policy"))
    update = update.where(CLOCKS.c.entity == sa.bindparam("its_entity"))
    changing = [name for name in COLUMNS if name not in ("policy", "entity")]
    return update.values({name: sa.bindparam(name) for name in changing})


def _micro(value: Timestamp | None) -> int | None:
    return None if value is None else micro(value)


def track_as_json(track: Track, running: Running | None) -> dict[str, Any]:
    """A track as its column holds it; calendars are named by where the policy has them."""
    clock = track.clock
    kept: dict[str, Any] = {"holds": track.holds, "opened": track.opened, "clock": None}
    if clock is not None:
        kept["clock"] = {
            "opened": micro(clock.opened),
            "since": micro(clock.since),
            "paused": clock.paused,
            "target": clock.target,
            "by": _micro(clock.by),
            "due": _micro(clock.due),
            "warn": _micro(clock.warn),
            "chosen": micro(clock.chosen),
            "warned": clock.warned,
            "ended": _micro(clock.ended),
            "cancelled": clock.cancelled,
            "past": [[micro(one.start), micro(one.end), _named(clock.policy, one.calendar)] for one in clock.past],
        }
    kept["warned"], kept["late"], kept["told"], kept["opening"] = False, None, 0, None
    if running is not None:
        opening = running.opening
        kept["warned"], kept["late"], kept["told"] = running.warned, _micro(running.late), running.told
        kept["opening"] = {"id": opening.id, "type": opening.type, "root": opening.root, "time": micro(opening.time)}
    return kept


def track_from(kept: Mapping[str, Any], policy: Policy, newest: Policy) -> Track:
    """The track of a column: its clock under the policy it was opened by, the next one under the newest."""
    track = Track(newest, kept["holds"], kept["opened"])
    one = kept["clock"]
    if one is None:
        return track
    clock = Clock(policy, stamp(one["opened"]))
    clock.since, clock.paused, clock.target = stamp(one["since"]), one["paused"], one["target"]
    for name in ("by", "due", "warn", "ended"):
        setattr(clock, name, None if one[name] is None else stamp(one[name]))
    clock.chosen, clock.warned, clock.cancelled = stamp(one["chosen"]), one["warned"], one["cancelled"]
    clock.past = [Stretch(stamp(start), stamp(end), _calendar(policy, name)) for start, end, name in one["past"]]
    track.clock = clock
    return track


def _named(policy: Policy, calendar: WorkingTime | None) -> str | int | None:
    if calendar is None:
        return None
    if calendar is ALWAYS:
        return "always"
    for number, target in enumerate(policy.targets):
        if target.calendar is calendar:
            return number
    return "policy"


def _calendar(policy: Policy, name: str | int | None) -> WorkingTime | None:
    if name is None:
        return None
    if name == "always":
        return ALWAYS
    return policy.targets[name].calendar if isinstance(name, int) else policy.calendar
