"""The backtest: a recorded log replayed under one version of the documents, or under two with their difference.

Root events are taken from the log; what rules, timers and clocks caused is derived again, and where the log holds it,
the recording measures the replay's fidelity. Source: the language, "Events and replay".
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from msgspec import structs

from engine.automation.model import OnEvent
from engine.automation.scope import SCHEDULE_EVENT
from engine.catalog import Catalog
from engine.conditions.values import Timestamp
from engine.diagnostics import Diagnostic
from engine.events.envelope import WireEvent
from engine.events.jsonl import read_events
from engine.releases.migration import Migration
from engine.releases.renaming import Renaming
from engine.simulation.effects import EffectDifference, ListingLedger
from engine.simulation.events import UNDO_SOURCE, is_derived, is_import, same_reading
from engine.simulation.fidelity import Fidelity
from engine.simulation.horizon import within_reach
from engine.simulation.ledger import Ledger, Outcome, Performed
from engine.simulation.simulation import Simulation

Progress = Callable[[int], None]
Attend = Callable[[Simulation], None]


class _StartAgainError(Exception):
    """The log turned out to need another way of reading; the replay begins anew."""


class _Plan:
    """How a log is read: sorted in memory when it is not in order of time, and with what it holds."""

    def __init__(self) -> None:
        self.ordered = True
        self.ticks: frozenset[str] = frozenset()
        self.derived = False
        self.undone = False


def run(
    catalog: Catalog,
    events: Path,
    against: Catalog | None = None,
    *,
    until: Timestamp | None = None,
    progress: Progress | None = None,
    attend: Attend | None = None,
    migrate: Migration | None = None,
) -> dict[str, Any]:
    """The JSON of ``virel backtest``; ``catalog`` is the draft, ``against`` the baseline.

    ``attend`` is handed each simulation before its first event, to hear of effects and clocks; a replay that has to
    begin anew hands over new ones. ``migrate`` says how states of the baseline that the draft lacks are called there.
    Raises ``UnreadableError`` when the file cannot be read at all; lines that cannot be understood are in ``skipped``.
    """
    plan = _Plan()
    while True:
        try:
            with collector_rested():
                return _Replay(catalog, against, plan, until, attend, migrate or {}).run(events, progress)
        except _StartAgainError:
            _survey(events, plan)


@contextmanager
def collector_rested() -> Iterator[None]:
    """A replay makes many short-lived objects and hardly a cycle: the collector looks seldom, and not at what was
    there before.
    """
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def _survey(path: Path, plan: _Plan) -> None:
    """Finds out, over the whole file, everything a replay has to know beforehand."""
    last: Timestamp | None = None
    ticks: set[str] = set()
    for _, event in read_events(path, _ignore):
        if last is not None and event.time < last:
            plan.ordered = False
        last = event.time
        plan.derived = plan.derived or is_derived(event)
        plan.undone = plan.undone or event.source == UNDO_SOURCE
        if event.type == SCHEDULE_EVENT:
            ticks.add(str(event.data.get("rule", "")))
    plan.ticks = frozenset(ticks)


def _ignore(_: Diagnostic) -> None:
    """The survey's readings are reported when the file is read again."""


class _Replay:
    """One pass over a log under one or two catalogs in step."""

    def __init__(
        self,
        catalog: Catalog,
        against: Catalog | None,
        plan: _Plan,
        until: Timestamp | None,
        attend: Attend | None,
        migrate: Migration,
    ) -> None:
        self._plan = plan
        self._renaming = Renaming(migrate, against.machines if against is not None else {}, catalog.machines)
        self._until = until
        self._ledgers: list[Ledger] = []
        self._alike: dict[str, bool] = {}
        self.simulations: list[Simulation] = []
        self._fidelity = Fidelity() if plan.derived else None
        catalogs = [catalog] if against is None else [against, catalog]
        for number, one in enumerate(catalogs):
            ledger = Ledger() if against is None else ListingLedger()
            watch = self._fidelity.derived if self._fidelity is not None and number == 0 else None
            self._ledgers.append(ledger)
            self.simulations.append(
                Simulation(one, ledger, slim=True, on_event=watch, ticks_in_log=plan.ticks, reversible=plan.undone)
            )
            if attend is not None:
                attend(self.simulations[-1])
        self._difference = EffectDifference()
        self.skipped: list[dict[str, Any]] = []

    def run(self, path: Path, progress: Progress | None) -> dict[str, Any]:
        """Replays the file and sums up."""
        lines = 0
        last: Timestamp | None = None
        compare = len(self.simulations) > 1
        for number, event in self._read(path):
            if self._until is not None and event.time > self._until:
                continue
            if not (event.type.endswith(".created") and is_import(event)):
                lines += 1
            if progress is not None and not number & 0xFFF:
                progress(number)
            if last is not None and event.time < last:
                raise _StartAgainError
            if last is None:
                for simulation in self.simulations:
                    simulation.begin(event.time)
            last = event.time
            if is_derived(event):
                if self._fidelity is None:
                    raise _StartAgainError
                self._fidelity.recorded(event)
                continue
            if event.type == SCHEDULE_EVENT and str(event.data.get("rule", "")) not in self._plan.ticks:
                raise _StartAgainError
            if event.source == UNDO_SOURCE and not self._plan.undone:
                raise _StartAgainError
            outcome = self.simulations[0].take(event)
            if compare:
                outcome = self._draft(event, outcome)
            if outcome.result == "skipped":
                self.skipped.append({"line": number, "reason": outcome.reason})
            if compare:
                self._compare()
        end = self._until if self._until is not None else last
        if end is not None:
            within_reach(last, end)
            for simulation in self.simulations:
                simulation.advance(end, including=True)
            if compare:
                self._compare()
        return self._summary(lines, compare)

    def _read(self, path: Path) -> Iterator[tuple[int, WireEvent]]:
        events: Iterable[tuple[int, WireEvent]] = read_events(path, self._unreadable)
        if not self._plan.ordered:
            events = sorted(events, key=lambda pair: pair[1].time)
        return iter(events)

    def _unreadable(self, diagnostic: Diagnostic) -> None:
        self.skipped.append({"line": diagnostic.place.line, "reason": diagnostic.message})

    def _draft(self, event: WireEvent, before: Outcome) -> Outcome:
        """Takes the event under the draft too, reading its values only where the two machines differ.

        What the baseline understood and the draft does not has diverged: the world of the draft has no place for it.
        """
        baseline, draft = self.simulations
        known = self._renaming.of(event) if self._renaming else event
        if known is None:  # a move between states that are one in the draft
            draft.advance(event.time, including=False)
            return before
        alike = self._alike.get(event.type)
        if alike is None:
            one, other = baseline.kinds[event.type], draft.kinds[event.type]
            alike = self._alike[event.type] = same_reading(one, other, baseline.catalog, draft.catalog)
        outcome = draft.take(known, baseline.read if alike and known is event else None)
        if outcome.result == "skipped" != before.result and event.machine in draft.catalog.machines:
            draft.ledger.machine(event.machine).diverged += 1
            return Outcome("diverged", outcome.reason)
        return outcome

    def _compare(self) -> None:
        before, after = self._ledgers
        assert isinstance(before, ListingLedger)
        assert isinstance(after, ListingLedger)
        if before.told != after.told:
            self._difference.add([self._called_now(one) for one in before.listed()], after.listed())
        if before.told:
            before.clear()
        if after.told:
            after.clear()

    def _called_now(self, done: Performed) -> Performed:
        """What the baseline did in the draft's names of states: a name alone is no difference."""
        effect = done.effect
        if not self._renaming or "to" not in effect.keys or effect.action != "update_status":
            return done
        keys = {**effect.keys, "to": self._renaming.state(effect.machine, effect.keys["to"])}
        return replace(done, effect=structs.replace(effect, keys=keys))

    def _summary(self, lines: int, compare: bool) -> dict[str, Any]:
        simulation, ledger = self.simulations[-1], self._ledgers[-1]
        found: dict[str, Any] = {
            "events": lines,
            "machines": machines_json(simulation, ledger),
            "sla": {id: simulation.clocks.states(id) for id in sorted(simulation.catalog.policies)},
            "rules": rules_json(simulation, ledger),
            "pending_at_end": sum(1 for _ in simulation.agenda.pending()),
            "diff": self._difference.as_json() if compare else {"added": [], "removed": [], "changed": []},
            "skipped": sorted(self.skipped, key=lambda item: int(item["line"])),
        }
        stopped = {id: c.stopped for id, c in sorted(ledger.rules.items()) if c.stopped}
        failed = {id: c.refused + c.failed for id, c in sorted(ledger.rules.items()) if c.refused + c.failed}
        found["stopped"] = stopped
        found["failed"] = failed
        if self._fidelity is not None:
            found["fidelity"] = self._fidelity.as_json()
        return found


def machines_json(simulation: Simulation, ledger: Ledger) -> dict[str, Any]:
    """What became of the entities, by machine; engine-brought machines only when they have entities."""
    found: dict[str, Any] = {}
    for id, machine in sorted(simulation.catalog.machines.items()):
        states: dict[str, int] = {}
        slim = simulation.fold.slim.get(id, {})
        table = simulation.world.tables[id]
        for record in table.values():
            if "status" in record:  # of an entity whose beginning the log does not tell, it may be unknown
                states[record["status"]] = states.get(record["status"], 0) + 1
        for status in slim.values():
            states[status] = states.get(status, 0) + 1
        entities = len(table) + len(slim)
        counts = ledger.machine(id)
        if machine.builtin and not entities and not counts.diverged:
            continue
        found[id] = {
            "entities": entities,
            "transitions": {f"{a} -> {b}": n for (a, b), n in sorted(counts.transitions.items())},
            "refused": counts.refused,
            "diverged": counts.diverged,
            "final": dict(sorted(states.items())),
        }
    return found


def rules_json(simulation: Simulation, ledger: Ledger) -> dict[str, Any]:
    """Verdicts, runs and effects by rule; every rule of the catalog is listed.

    So is each policy with an escalation, or with conditions that could not be judged, as ``sla:ID``.
    """
    judged = {kind.type: kind.judged for kind in simulation.kinds.values()}
    found: dict[str, Any] = {}
    for id, rule in sorted(simulation.catalog.rules.items()):
        counts = ledger.rule(id)
        if rule.text.stage == "off":
            total = 0
        elif isinstance(rule.text.trigger, OnEvent):
            total = sum(judged.get(kind, 0) for kind in rule.bound)
        else:
            total = counts.judged
        found[id] = {
            "met": counts.met,
            "unmet": total - counts.met - counts.errored,
            "errored": counts.errored,
            "fired": counts.fired,
            "effects": counts.effects,
            "shadowed": counts.shadowed,
        }
    for policy in sorted(simulation.catalog.policies.values(), key=lambda one: one.id):
        errored = simulation.clocks.watches[policy.id].errored
        if policy.steps or errored:
            counts = ledger.rule(policy.rule)
            found[policy.rule] = {
                "met": counts.met,
                "unmet": 0,
                "errored": errored,
                "fired": counts.fired,
                "effects": counts.effects,
                "shadowed": 0,
            }
    return found
