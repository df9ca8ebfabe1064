"""SLA clocks over the store: the engine's own, each read when an event touches its entity and written with the unit.

A running clock keeps the policy and the calendar of the release under which it was opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.road.rows import micro, stamp
from app.store.statements import dumped, loaded
from app.store.waiting import CLOCKS
from engine.calendars.model import ALWAYS, WorkingTime
from engine.conditions.values import Timestamp
from engine.simulation.agenda import Entry
from engine.simulation.clocks import Clocks, Earlier, Life, Running, Watch
from engine.simulation.events import Chain, Event
from engine.sla.clock import Clock, Stretch
from engine.sla.model import Policy

if TYPE_CHECKING:
    from app.road.road import StoredRoad

COLUMNS = [column.name for column in CLOCKS.columns]
Key = tuple[str, str]
"""A policy's id and an entity's."""


class NoAgenda:
    """Takes what the engine's clocks put on an agenda: here the clock's row says when it is due."""

    def add(self, entry: Entry, rank: int, id: str) -> None:
        """Leaves the entry to the row."""


class StoredLives(dict[str, Life]):
    """The lives of one policy's clocks that the unit has seen; asked for another, it reads the row."""

    def __init__(self, clocks: StoredClocks, watch: Watch) -> None:
        super().__init__()
        self._clocks = clocks
        self._watch = watch

    def __missing__(self, id: str) -> Life:
        """Reads the row. Raises KeyError where there is none."""
        life = self._clocks.read(self._watch, id)
        if life is None:
            raise KeyError(id)
        dict.__setitem__(self, id, life)
        return life

    def get(self, id: str, default: Any = None) -> Any:
        """The life, or ``default`` where there is none."""
        try:
            return self[id]
        except KeyError:
            return default


class StoredClocks(Clocks):
    """The clocks of the store, for one unit of work after the other."""

    def __init__(self, road: StoredRoad) -> None:
        super().__init__(road)  # type: ignore[arg-type]
        self._road = road
        self._stored: dict[Key, str | None] = {}
        self._releases: dict[Key, int] = {}
        self._undoable: dict[Key, Any] = {}
        for watch in self.watches.values():
            watch.lives = StoredLives(self, watch)

    def begin(self) -> None:
        """Forgets the unit before."""
        for watch in self.watches.values():
            watch.lives.clear()
        for kept in (self._stored, self._releases, self._undoable, self.earlier, self.restored, self._errors):
            kept.clear()

    def read(self, watch: Watch, id: str) -> Life | None:
        """Reads a clock's row; None where there is none."""
        key = (watch.policy.id, id)
        if key in self._stored:
            return None

        def clause() -> Any:
            query = sa.select(CLOCKS.c.track, CLOCKS.c.release).where(CLOCKS.c.policy == sa.bindparam("policy"))
            return query.where(CLOCKS.c.entity == sa.bindparam("entity"))

        road = self._road
        select = road.statements.of("clock", clause)
        row = None if id in road.store.unused else select(road.connection, {"policy": key[0], "entity": id}).fetchone()
        if row is None:
            self._stored[key] = None
            return None
        kept = loaded(row[0])
        self._undoable[key] = kept.pop("undo", None)
        self._stored[key] = dumped(kept)
        self._releases[key] = row[1]
        return self._life(watch, id, kept, row[1])

    def _life(self, watch: Watch, id: str, kept: Mapping[str, Any], release: int) -> Life:
        road = self._road
        policy = road.policy(watch.policy.id, release) if kept["clock"] is not None else watch.policy
        life = life_from(kept, policy, watch.policy)
        clock = life.clock
        if clock is not None and clock.ended is None:
            record = road.world.tables[policy.entity][id]
            chain = StoredChain(road, kept["root"])
            life.running = Running(clock, f"{policy.id}/{id}/{life.opened}", record, kept["cause"], kept["root"], chain)
            for name in ("warned", "warnings", "breaches"):
                setattr(life.running, name, kept[name])
            life.running.late, life.running.next = _stamp(kept["late"]), _stamp(kept["next"])
        return life

    def due(self, policy: str, id: str) -> None:
        """Lets a clock do what is due now: warn, or tell that it is late."""
        watch = self.watches.get(policy)
        life: Life | None = watch.lives.get(id) if watch is not None else None
        if watch is not None and life is not None and life.running is not None:
            self._stored[policy, id] = ""  # whoever calls has taken it off the list: it is written back in any case
            self._fire(watch, life.running)

    def _put_off(self, running: Running) -> bool:
        """Never: the row says when the clock is due."""
        return False

    def _escalate(
        self, watch: Watch, running: Running, number: int, turn: int, breach: Event, late: Callable[[], bool]
    ) -> None:
        """Waits for a step's next turn as a row of ``timers``."""
        _ = late  # the row knows since when the clock is late
        step = watch.policy.steps[number]
        assert step.after is not None
        due = watch.policy.calendar.after(breach.time, step.after.times(turn))
        if due is None:
            return
        about = {"policy": watch.policy.id, "step": number, "turn": turn, "breach": breach.id}
        self._road.delays.add(
            "escalation",
            step.bound.rule,
            breach,
            machine=watch.policy.entity,
            entity=running.record["id"],
            due=due,
            mark=f"{number}/{turn}",
            payload={**about, "late": micro(breach.time)},
        )

    def escalate(self, payload: Mapping[str, Any], id: str) -> None:
        """Takes an escalation's turn, unless the clock has ended or is no longer late as it was."""
        watch = self.watches.get(payload["policy"])
        life: Life | None = watch.lives.get(id) if watch is not None else None
        number = payload["step"]
        if watch is None or life is None or life.running is None or number >= len(watch.policy.steps):
            return
        running, late = life.running, stamp(payload["late"])
        if running.late_since(late):
            breach = self._road.event(payload["breach"])
            self._turn(watch, running, number, payload["turn"], breach, lambda: running.late_since(late))

    def write(self) -> None:
        """Writes the clocks of which something has changed."""
        of, connection = self._road.statements.of, self._road.connection
        for watch in self.watches.values():
            for id, life in watch.lives.items():
                key = (watch.policy.id, id)
                text = dumped(life_as_json(life))
                before = self._stored.get(key)
                # Of an entity without a clock nothing need be kept: what held of it is judged on what it was.
                if text == before or (before is None and not life.opened and not life.failing):
                    continue
                track = {**life_as_json(life), "undo": self._undo_of(key)}
                row = {**self._row(watch, id, life), "track": dumped(track)}
                if before is None:
                    of("clock_new", CLOCKS.insert, COLUMNS)(connection, row)
                else:
                    of("clock_on", _update)(connection, {**row, "its_policy": key[0], "its_entity": id})
                self._stored[key] = text

    def _keep(self, key: Key, earlier: Earlier) -> None:
        """As the engine does, unless the same chain has changed it in an earlier unit: that is kept with the row."""
        undoable = self._undoable.get(key)
        if undoable is None or undoable["root"] != earlier[0]:
            super()._keep(key, earlier)

    def _put_back(self, watch: Watch, id: str, root: str) -> bool:
        key = (watch.policy.id, id)
        watch.lives.get(id)  # what its row keeps is known once it is read
        undoable = self._undoable.get(key)
        if undoable is not None and undoable["root"] == root and (*key, root) not in self.restored:
            earlier = self._life(watch, id, undoable["earlier"], undoable["release"])
            self.earlier[key] = (root, earlier, None)
            self._undoable[key], self._releases[key] = None, undoable["release"]
        return super()._put_back(watch, id, root)

    def _undo_of(self, key: Key) -> dict[str, Any] | None:
        """How the clock stood before the chain that changed it last, beside it: an undo puts it back so."""
        known = self.earlier.get(key)
        if known is None:
            return self._undoable.get(key)
        root, earlier, _ = known
        release = self._releases.get(key, self._road.release)
        return {"root": root, "release": release, "earlier": life_as_json(earlier)}

    def _row(self, watch: Watch, id: str, life: Life) -> dict[str, Any]:
        clock, running = life.clock, life.running
        # What is opened now is opened by the live release; what was open before keeps its own.
        kept = clock is not None and clock.policy is not watch.policy
        release = self._releases[watch.policy.id, id] if kept else self._road.release
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
            "next": _micro(running.next if running is not None else None),
        }


class StoredChain(Chain):
    """The chain of a clock's opening event, counted when it is first asked to grow."""

    __slots__ = ("_counted", "_road", "_root")

    def __init__(self, road: StoredRoad, root: str) -> None:
        super().__init__()
        self._road = road
        self._root = root
        self._counted = False

    def grow(self) -> bool:
        """Counts one more event; false when it is one too many."""
        if not self._counted:
            self.events = self._road.length(self._root)
            self._counted = True
        return super().grow()


def _update() -> Any:
    update = sa.update(CLOCKS).where(CLOCKS.c.policy == sa.bindparam("its_policy"))
    update = update.where(CLOCKS.c.entity == sa.bindparam("its_entity"))
    changing = [name for name in COLUMNS if name not in ("policy", "entity")]
    return update.values({name: sa.bindparam(name) for name in changing})


def _micro(value: Timestamp | None) -> int | None:
    return None if value is None else micro(value)


def _stamp(value: int | None) -> Timestamp | None:
    return None if value is None else stamp(value)


def life_as_json(life: Life) -> dict[str, Any]:
    """A life as its column holds it; calendars are named by where the policy has them."""
    clock, running = life.clock, life.running
    kept: dict[str, Any] = {"holds": life.holds, "opened": life.opened, "clock": None}
    kept["failing"] = sorted(life.failing)
    if clock is not None:
        kept["clock"] = {
            "opened": micro(clock.opened),
            "since": micro(clock.since),
            "counting": _named(clock.policy, clock.counting),
            "paused": clock.paused,
            "target": clock.target,
            "by": _micro(clock.by),
            "due": _micro(clock.due),
            "chosen": micro(clock.chosen),
            "warned": clock.warned,
            "ended": _micro(clock.ended),
            "cancelled": clock.cancelled,
            "past": [[micro(one.start), micro(one.end), _named(clock.policy, one.calendar)] for one in clock.past],
        }
    if running is not None:
        kept |= {"cause": running.cause, "root": running.root, "late": _micro(running.late)}
        kept |= {"next": _micro(running.next), "warned": running.warned}
        kept |= {"warnings": running.warnings, "breaches": running.breaches}
    return kept


def life_from(kept: Mapping[str, Any], policy: Policy, newest: Policy) -> Life:
    """The life of a column: its clock under the policy it was opened by, the next one under the newest."""
    life = Life(newest, kept["holds"], kept["opened"], failing=frozenset(kept["failing"]))
    one = kept["clock"]
    if one is None:
        return life
    past = [Stretch(stamp(start), stamp(end), _calendar(policy, name)) for start, end, name in one["past"]]
    counting = _calendar(policy, one["counting"])
    clock = Clock(policy, stamp(one["opened"]), stamp(one["since"]), stamp(one["chosen"]), counting, past=past)
    clock.paused, clock.target, clock.by = one["paused"], one["target"], _stamp(one["by"])
    clock.warned, clock.ended, clock.cancelled = one["warned"], _stamp(one["ended"]), one["cancelled"]
    clock.know_deadline(_stamp(one["due"]))
    life.clock = clock
    return life


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
