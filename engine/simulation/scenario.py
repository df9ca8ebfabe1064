"""Runs scenarios on a virtual clock and holds what happened against what they expect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.access.decide import Decision, decide
from engine.automation.model import Bound
from engine.catalog import Catalog
from engine.conditions.values import Duration, Timestamp
from engine.events.envelope import Actor, WireEvent
from engine.machines.records import UnfitValue, as_json
from engine.scenarios.model import Expectation, Scenario, Step, in_words
from engine.simulation.coverage import Coverage, verdicts
from engine.simulation.events import Event
from engine.simulation.ledger import Ledger, Performed
from engine.simulation.simulation import Simulation
from engine.simulation.world import Record


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that was not kept; ``seen`` is what happened instead."""

    scenario: str
    step: int
    expected: str
    seen: list[str]
    file: str
    line: int

    def as_json(self) -> dict[str, Any]:
        """The form ``virel test`` prints; steps count from 1."""
        return {
            "scenario": self.scenario,
            "step": self.step,
            "expected": self.expected,
            "seen": self.seen,
            "file": self.file,
            "line": self.line,
        }


def run(catalog: Catalog, scenario: Scenario, coverage: Coverage) -> list[Failure]:
    """Every expectation that the scenario does not keep; empty when it passes."""
    return _Run(catalog, scenario, coverage).run()


class _Run:
    def __init__(self, catalog: Catalog, scenario: Scenario, coverage: Coverage) -> None:
        self._catalog = catalog
        self._scenario = scenario
        self._actor: Actor | str | None = None
        self._coverage = coverage
        self._effects: list[Performed] = []
        self._refused: list[str] = []
        self._verdicts: dict[str, set[str]] = {}
        self.simulation = Simulation(catalog, Ledger(self._effects.append), watch=self._watch, strict=True)
        self.simulation.on_refusal = self._refused.append
        self.simulation.on_move = coverage.moved
        self._failures: list[Failure] = []

    def run(self) -> list[Failure]:
        simulation, scenario = self.simulation, self._scenario
        simulation.begin(scenario.at)
        for given in scenario.given:
            try:
                simulation.given(given.machine, given.id, given.values, scenario.at)
            except UnfitValue as problem:
                self._fail(0, f"{given.machine} {given.id} to exist", [str(problem)], given.place.line)
        for number, step in enumerate(scenario.steps, start=1):
            self._effects.clear()
            self._refused.clear()
            self._verdicts.clear()
            self._actor = _actor(step.actor)
            self._take(number, step)
            for expectation in step.expect:
                self._expect(number, expectation, wanted=True)
            for expectation in step.expect_not:
                self._expect(number, expectation, wanted=False)
        return self._failures

    def _take(self, number: int, step: Step) -> None:
        simulation = self.simulation
        if step.advance is not None:
            simulation.advance(Timestamp(simulation.now + step.advance), including=True)
            return
        assert step.event is not None
        event = WireEvent(
            id=f"{self._scenario.id}/{number}",
            type=step.event,
            subject=step.subject,
            source="scenario",
            time=simulation.now,
            data=dict(step.data),
            changes={name: (None, value) for name, value in step.changes.items()},
            actor=self._actor,
        )
        outcome = simulation.take(event)
        if outcome.result == "skipped":
            self._fail(number, f"{step.event} to be understood", [str(outcome.reason)], step.place.line)
        elif outcome.result == "diverged":
            kind = simulation.kinds[step.event]
            named = step.data.get("transition") or (kind.transition.name if kind.transition else None)
            if named is None and kind.machine is not None:
                to = step.data.get("to")
                named = next((t.name for t in kind.machine.transitions.values() if t.target == to), None)
            self._refused.append(str(named or step.event))
            wanted = any(e.kind == "refused" for e in step.expect)
            if not wanted:
                self._fail(number, f"{step.event} to be allowed", [str(outcome.reason)], step.place.line)
        simulation.advance(simulation.now, including=True)

    def _watch(
        self, event: Event, subject: Record | None, before: Record | None, bounds: Sequence[Bound]
    ) -> Callable[[], None]:
        frame = (event, subject, before, self.simulation.now, event.actor, self.simulation.world)
        found = [(bound.rule.id, *verdicts(bound, frame)) for bound in bounds]

        def note() -> None:
            for rule, verdict, lines in found:
                self._coverage.judged(rule, verdict, lines)
                self._verdicts.setdefault(rule, set()).add(verdict)

        return note

    def _expect(self, number: int, expectation: Expectation, *, wanted: bool) -> None:
        count, seen = self._count(expectation)
        if wanted and expectation.times is not None:
            kept = count == expectation.times
            words = f"{expectation.text} exactly {expectation.times} times"
        elif wanted:
            kept, words = count > 0, expectation.text
        else:
            kept, words = count == 0, f"no {expectation.text}"
        if not kept:
            self._fail(number, words, seen, expectation.place.line)

    def _count(self, expectation: Expectation) -> tuple[int, list[str]]:
        if expectation.kind == "effect":
            effects = [p for p in self._effects if p.shadow == expectation.shadow]
            found = [p for p in effects if _fits(p, expectation)]
            return len(found), [_shown(p) for p in effects]
        if expectation.kind == "refused":
            return self._refused.count(expectation.name), list(self._refused)
        if expectation.kind == "rule":
            verdicts = self._verdicts.get(expectation.name, set())
            return int(expectation.keys["verdict"] in verdicts), sorted(verdicts)
        if expectation.kind == "access":
            return self._access(expectation.keys)
        if expectation.kind == "sla":
            return self._clock(expectation)
        return self._entity(expectation)

    def _access(self, keys: Mapping[str, Any]) -> tuple[int, list[str]]:
        """What the role decides as the world now is; who asks is the step's actor unless the expectation says so."""
        world, machines = self.simulation.world, self._catalog.machines.values()
        plural = keys["permission"].partition(".")[0]
        machine = next((one.id for one in machines if one.plural == plural), None)
        record = world.tables[machine].get(keys["id"]) if machine is not None else None
        if machine is not None and record is None:
            return 0, [f"there is no {machine} {keys['id']}"]
        asking = self._actor if isinstance(self._actor, Actor) else Actor(self._actor or "")
        asked = {"id": asking.id, "queues": asking.queues, **keys.get("actor", {}), "roles": [keys["role"]]}
        roles = self._catalog.access.of(asked["roles"])
        field = keys.get("field")
        found = decide(roles, asked, keys["permission"], machine, record, world, self.simulation.now, field)
        return int(_decided(found, keys)), [_told(found)]

    def _clock(self, expectation: Expectation) -> tuple[int, list[str]]:
        keys = dict(expectation.keys)
        policy, id = str(keys.pop("policy")), keys.pop("id", None)
        clocks, now = self.simulation.clocks, self.simulation.now
        watch = clocks.watches.get(policy)
        count, seen = 0, []
        for entity in [id] if id is not None else list(watch.lives) if watch is not None else []:
            found = clocks.latest(policy, str(entity))
            if found is None:
                continue
            measured = found[0].at(now)
            plain = {
                "state": measured.state,
                "paused": measured.paused,
                "within_hours": measured.within_hours,
                "due": measured.due.text() if measured.due is not None else None,
            }
            if _partly(keys, plain):
                count += 1
            seen.append(f"{entity}: " + ", ".join(f"{name}: {in_words(value)}" for name, value in plain.items()))
        return count, seen or ["no clock"]

    def _entity(self, expectation: Expectation) -> tuple[int, list[str]]:
        keys = dict(expectation.keys)
        id = keys.pop("id", None)
        named = expectation.name if expectation.name != "entity" else keys.pop("entity", None)
        machines = list(self.simulation.world.tables) if named is None else [str(named)]
        count, seen = 0, []
        for machine in machines:
            for record in self.simulation.world.tables.get(machine, {}).values():
                if id is not None and record["id"] != id:
                    continue
                plain = as_json(record)
                if _partly(keys, plain):
                    count += 1
                if id is not None:
                    seen.append(", ".join(f"{name}: {in_words(plain.get(name))}" for name in keys))
        return count, seen

    def _fail(self, step: int, expected: str, seen: list[str], line: int) -> None:
        self._failures.append(Failure(self._scenario.id, step, expected, seen, self._scenario.file, line))


def _decided(found: Decision, keys: Mapping[str, Any]) -> bool:
    return found.allowed == (keys["decision"] == "allowed") and set(keys.get("hidden", found.hidden)) == found.hidden


def _told(found: Decision) -> str:
    hidden = f", hidden: {', '.join(sorted(found.hidden))}" if found.hidden else ""
    return f"{'allowed' if found.allowed else 'refused'}: {found.reason}{hidden}"


def _actor(actor: str | Mapping[str, Any] | None) -> Actor | str | None:
    if actor is None or isinstance(actor, str):
        return actor
    return Actor(str(actor.get("id", "")), list(actor.get("roles", [])), list(actor.get("queues", [])))


def _fits(performed: Performed, expectation: Expectation) -> bool:
    if performed.effect.action != expectation.name:
        return False
    shown = performed.as_json()
    keys = dict(expectation.keys)
    entity = keys.pop("entity", None)
    if entity is not None and entity not in (shown.get("entity"), performed.effect.machine):
        return False
    person = keys.pop("to", None) if performed.effect.action == "send_notification" else None
    if person is not None and not (person in (shown.get("recipient"), shown.get("to")) or _partly(person, shown["to"])):
        return False
    return _partly(keys, shown)


def _partly(wanted: Any, found: Any) -> bool:
    """Whether ``found`` holds all that ``wanted`` names; objects are compared key by key, the rest by equality."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(name in found and _partly(value, found[name]) for name, value in wanted.items())
    if isinstance(wanted, str) and isinstance(found, str) and wanted != found:
        return any(_read_alike(kind, wanted, found) for kind in (Timestamp, Duration))
    return bool(wanted == found and type(wanted) is type(found)) or (
        isinstance(wanted, (int, float)) and isinstance(found, (int, float)) and wanted == found
    )


def _read_alike(kind: type[Timestamp | Duration], wanted: str, found: str) -> bool:
    """Whether two texts say the same instant or the same span in different words."""
    try:
        return kind.parse(wanted) == kind.parse(found)
    except ValueError:
        return False


def _shown(performed: Performed) -> str:
    keys = {k: v for k, v in performed.as_json().items() if k not in ("action", "rule", "root", "at", "about")}
    return performed.effect.action + " {" + ", ".join(f"{k}: {in_words(v)}" for k, v in keys.items()) + "}"
