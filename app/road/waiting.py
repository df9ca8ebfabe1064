"""What rules wait for, as rows: delayed actions, timers, dwell times. The rows are the truth; whoever wakes only looks.

They are written with everything else at the end of the unit that began them, and settled in the unit that performs
them, so that each happens once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.road.rows import micro, stamp
from app.store.journal import RUNS
from app.store.statements import dumped
from app.store.waiting import TIMERS
from engine.automation.model import Action, Bound, Effect, OnDwell, Rule
from engine.automation.paths import MissingValueError
from engine.conditions.values import Duration, Timestamp
from engine.machines.records import as_json
from engine.simulation.events import Event
from engine.simulation.runs import Key
from engine.simulation.world import Record

if TYPE_CHECKING:
    from app.road.road import StoredRoad

PENDING = "pending"
UNDONE = "undone"
"""The outcome of a row that takes the run before it back."""


def key_text(key: Key) -> str:
    """A run key as a column holds it."""
    found = dumped([key[1], as_json(key[2])])
    assert found is not None
    return found


class StoredWaiting:
    """Rows of ``timers``: those of this unit are gathered in its journal, those of earlier ones are in the table."""

    def __init__(self, road: StoredRoad) -> None:
        self._road = road

    def add(
        self,
        kind: str,
        rule: Rule,
        event: Event,
        *,
        machine: str,
        entity: str,
        due: Timestamp,
        mark: str,
        payload: dict[str, Any],
        key: str | None = None,
    ) -> None:
        """Begins to wait."""
        self._road.journal.timers.append(
            {
                "kind": kind,
                "rule": rule.id,
                "version": rule.text.version,
                "machine": machine,
                "entity": entity,
                "mark": mark,
                "run_key": key,
                "root": event.root,
                "due": micro(due),
                "rank": self._road.runs.rank(rule),
                "state": PENDING,
                "payload": dumped({**payload, "cause": event.id, "release": self._road.release}),
                "attempts": 0,
                "problem": None,
            }
        )

    def drop_all(self, kind: str, **fits: Any) -> None:
        """Cancels what waits and fits: rows of earlier units, and those of this one that are not written yet."""
        for row in self._road.journal.timers:
            if row["kind"] == kind and all(row[name] == value for name, value in fits.items()):
                row["state"] = "cancelled"
        names = tuple(sorted(fits))

        def clause() -> Any:
            update = sa.update(TIMERS).where(TIMERS.c.kind == sa.bindparam("its_kind"))
            update = update.where(TIMERS.c.state == sa.bindparam("its_state"))
            for name in names:
                update = update.where(TIMERS.c[name] == sa.bindparam(f"its_{name}"))
            return update.values(state=sa.bindparam("state"), problem=sa.bindparam("problem"))

        road = self._road
        values: dict[str, Any] = {"its_kind": kind, "its_state": PENDING, "state": "cancelled"}
        values["problem"] = f"cancelled by {road.first.root}" if road.first is not None else None
        values |= {f"its_{name}": value for name, value in fits.items()}
        road.statements.of(("cancel", kind, names), clause)(road.connection, values)


class StoredDelays(StoredWaiting):
    """Delayed actions, and when rules last ran."""

    def __init__(self, road: StoredRoad) -> None:
        super().__init__(road)
        self._ran: dict[Key, Timestamp] = {}
        self.key: str | None = None

    def begin(self) -> None:
        """Forgets the unit before."""
        self._ran.clear()
        self.key = None

    def last(self, key: Key) -> Timestamp | None:
        """When a rule last ran within its key; a run that was undone is followed by a row that says so."""
        known = self._ran.get(key)
        if known is not None:
            return known
        road = self._road

        def clause() -> Any:
            runs, back = RUNS.c, RUNS.alias("back").c
            rule: sa.BindParameter[str] = sa.bindparam("rule")
            run_key: sa.BindParameter[str] = sa.bindparam("run_key")
            undone: sa.ColumnClause[str] = sa.literal_column(f"'{UNDONE}'")
            taken_back = sa.exists().where(back.rule == rule, back.run_key == run_key, back.at == runs.at)
            taken_back = taken_back.where(back.root == runs.root, back.outcome == undone)
            query = sa.select(sa.func.max(runs.at)).where(runs.rule == rule, runs.run_key == run_key)
            return query.where(runs.outcome != undone, ~taken_back)

        select = road.statements.of("last_run", clause)
        found = select(road.connection, {"rule": key[0], "run_key": key_text(key)}).scalar()
        return None if found is None else stamp(found)

    def ran(self, key: Key, now: Timestamp, root: str) -> None:
        """Notes that it ran: its row, written next, carries the key."""
        self._ran[key] = now
        self.key = key_text(key)

    def later(
        self,
        bound: Bound,
        action: Action,
        event: Event,
        subject: Record | None,
        before: Record | None,
        due: Timestamp,
        key: Key | None,
    ) -> None:
        """Puts the action off; the entity's state before the event goes with it, since it cannot be read later."""
        self.add(
            "delay",
            bound.rule,
            event,
            machine=bound.subject or "",
            entity=event.subject,
            due=due,
            mark=action.mark,
            payload={"type": bound.type, "before": None if before is None else as_json(before)},
            key=None if key is None else key_text(key),
        )

    def drop(self, key: Key, root: str) -> None:
        """Cancels what waits within a key."""
        self.drop_all("delay", rule=key[0], run_key=key_text(key))


class StoredTimers(StoredWaiting):
    """Timers that rules start on their subject."""

    def starting(self, bound: Bound, id: str, effect: Effect, event: Event) -> Callable[[], None]:
        """What starts the timer, once it is certain that the run stands. ``id`` is that of the event it will emit."""
        if bound.subject is None:
            raise MissingValueError("a timer needs an entity, and this rule has no subject")
        machine, span = bound.subject, Duration(effect.value)
        due = Timestamp(self._road.now + span)

        def start() -> None:
            self.add(
                "timer",
                bound.rule,
                event,
                machine=machine,
                entity=event.subject,
                due=due,
                mark=str(effect.keys["name"]),
                payload={"id": id},
                key=str(int(span)),
            )

        return start

    def cancel(self, bound: Bound, effect: Effect, event: Event) -> None:
        """Cancels the running timers of a name; with ``after`` only those that were started for that long."""
        fits: dict[str, Any] = {"machine": bound.subject, "entity": event.subject, "mark": effect.keys["name"]}
        if effect.value is not None:
            fits["run_key"] = str(int(effect.value))
        self.drop_all("timer", **fits)


class StoredDwelling(StoredWaiting):
    """Dwell times: begun when an entity comes into a rule's states, cancelled when it leaves them."""

    def entered(self, machine: str, record: Record, source: str | None, state: str, event: Event) -> None:
        """An entity came into ``state`` from ``source`` (None: it was just created)."""
        if machine == "task" and source == "snoozed":  # whoever woke it, nobody need wake it later
            self.drop_all("snooze", entity=record["id"])
        for rule, trigger in self._road.catalog.dwelling.get(machine, ()):
            if rule.text.stage == "off":
                continue
            inside = state in trigger.states
            if source is not None and (source in trigger.states) == inside:
                continue
            if inside:
                self._start(rule, trigger, record, event)
            elif source is not None:
                self.drop_all("dwell", rule=rule.id, entity=record["id"])

    def _start(self, rule: Rule, trigger: OnDwell, record: Record, event: Event) -> None:
        due = trigger.due(event.time)
        if due is not None:
            payload = {"since": micro(event.time)}
            entity = record["id"]
            self.add("dwell", rule, event, machine=trigger.entity, entity=entity, due=due, mark="", payload=payload)
