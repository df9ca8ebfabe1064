"""From the located nodes of a scenario document to a Scenario, checked against the machines and rules it speaks of."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from engine.conditions.values import Duration, Timestamp
from engine.diagnostics import Diagnostic, Place
from engine.machines.model import STANDARD_FIELDS, Machine
from engine.machines.readers import Reader
from engine.machines.records import UnfitValue
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar, Sequence, data
from engine.reading.schemas import PARTS, schema
from engine.scenarios import messages
from engine.scenarios.model import Expectation, Given, Scenario, Step, in_words

Kind = Literal["effect", "entity", "refused", "rule", "sla", "access"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a scenario may speak of."""

    machines: Mapping[str, Machine]
    readers: Mapping[str, Reader]
    rules: Iterable[str]
    actions: Container[str]
    action_names: Iterable[str]
    events: Iterable[str]
    data: Mapping[str, frozenset[str]]
    """What the data of each event type may hold."""
    roles: Collection[str] = ()
    policies: Iterable[str] = ()


SHOWN = frozenset({"id", "about", "rule", "root", "at", "recipient"})
"""What an effect shows beside its action's own keys."""


class ScenarioParser:
    """Parses one scenario; mistakes go to ``report``."""

    def __init__(self, around: Surroundings, report: list[Diagnostic]) -> None:
        self._around = around
        self._report = report
        self._known: set[tuple[str, str]] = set()

    def parse(self, root: MappingNode, file: str) -> Scenario:
        """The scenario a validated document tells."""
        defaults = self._defaults(root.get("defaults"))
        given = root.get("given")
        steps = root.get("steps")
        return Scenario(
            id=_text(root, "id"),
            description=_text(root, "description"),
            at=self._instant(root.get("at")),
            given=tuple(
                found
                for item in (given.items if isinstance(given, Sequence) else ())
                if isinstance(item, MappingNode) and (found := self._given(item, defaults))
            ),
            steps=tuple(
                self._step(item)
                for item in (steps.items if isinstance(steps, Sequence) else ())
                if isinstance(item, MappingNode)
            ),
            file=file,
        )

    def _instant(self, node: Node | None) -> Timestamp:
        assert isinstance(node, Scalar)
        try:
            return Timestamp.parse(node.text)
        except ValueError:
            self._report.append(
                messages.bad_value(node.place, f'"{node.text}" is no instant', "write one such as 2026-03-27T10:00:00Z")
            )
            return Timestamp(0)

    def _defaults(self, node: Node | None) -> dict[str, dict[str, Any]]:
        """What every given entity of a machine has unless it says otherwise."""
        found: dict[str, dict[str, Any]] = {}
        for name, values in node.entries if isinstance(node, MappingNode) else ():
            machine = self._around.machines.get(name.text)
            if machine is None:
                self._report.append(messages.unknown_machine(name.place, name.text, self._around.machines))
                continue
            found[name.text] = _object(values)
            for key, value in values.entries if isinstance(values, MappingNode) else ():
                self._check_value(machine, key, value)
        return found

    def _given(self, item: MappingNode, defaults: Mapping[str, Any]) -> Given | None:
        name = item.get("entity")
        assert isinstance(name, Scalar)
        machine = self._around.machines.get(name.text)
        if machine is None:
            self._report.append(messages.unknown_machine(name.place, name.text, self._around.machines))
            return None
        values = {**(defaults.get(machine.id) or {})}
        for key, node in item.entries:
            if key.text in ("entity", "id"):
                continue
            values[key.text] = data(node)
            self._check_value(machine, key, node)
        id = item.get("id")
        assert isinstance(id, Scalar)
        if (machine.id, id.text) in self._known:
            self._report.append(messages.given_twice(id.place, machine.id, id.text))
        self._known.add((machine.id, id.text))
        return Given(machine.id, id.text, values, item.place)

    def _check_value(self, machine: Machine, key: Scalar, node: Node) -> None:
        name = key.text
        if name == "status":
            if isinstance(node, Scalar) and node.text not in machine.states:
                self._report.append(messages.unknown_state(node.place, node.text, machine.id, machine.states))
            return
        if name in STANDARD_FIELDS:
            self._instant(node)
            return
        try:
            value = data(node)
            if value is not None:
                self._around.readers[machine.id].value(name, value)
        except KeyError:
            known = (*machine.fields, *machine.relations, "status")
            self._report.append(messages.unknown_field(key.place, name, machine.id, known))
        except UnfitValue as problem:
            self._report.append(messages.bad_value(node.place, str(problem)))

    def _step(self, item: MappingNode) -> Step:
        event = item.get("event")
        if isinstance(event, Scalar) and event.text not in set(self._around.events):
            self._report.append(messages.unknown_event(event.place, event.text, self._around.events))
        given = item.get("data")
        if isinstance(event, Scalar) and isinstance(given, MappingNode) and event.text in self._around.data:
            known = self._around.data[event.text]
            for key, _ in given.entries:
                if key.text not in known:
                    self._report.append(messages.unknown_data(key.place, key.text, event.text, known))
        advance = item.get("advance")
        changes = item.get("set")
        if isinstance(changes, MappingNode) and isinstance(event, Scalar):
            machine = self._around.machines.get(event.text.partition(".")[0])
            for key, node in changes.entries:
                if key.text in STANDARD_FIELDS:
                    self._report.append(messages.cannot_be_set(key.place, key.text))
                elif machine is not None:
                    self._check_value(machine, key, node)
        return Step(
            event=event.text if isinstance(event, Scalar) else None,
            subject=_text(item, "subject"),
            data=_object(item.get("data")),
            changes=_object(changes),
            actor=cast(Any, data(actor)) if (actor := item.get("actor")) is not None else None,
            advance=self._span(advance) if isinstance(advance, Scalar) else None,
            expect=self._expectations(item.get("expect")),
            expect_not=self._expectations(item.get("expect_not")),
            place=item.place,
        )

    def _span(self, node: Scalar) -> Duration:
        try:
            return Duration.parse(node.text)
        except ValueError:
            self._report.append(
                messages.bad_value(node.place, f'"{node.text}" is no span of time', "write one such as 30m, 2h or 1d")
            )
            return Duration(0)

    def _expectations(self, node: Node | None) -> tuple[Expectation, ...]:
        items = node.items if isinstance(node, Sequence) else ()
        return tuple(found for item in items if (found := self._expectation(item)) is not None)

    def _expectation(self, item: Node) -> Expectation | None:
        if isinstance(item, Scalar):
            if item.text in ("refused", "entity", *self._around.machines):
                self._report.append(messages.nothing_expected_of(item.place, item.text))
                return None
            return self._named(item.text, {}, None, False, item.place, item)
        assert isinstance(item, MappingNode)
        if not self._says_one_thing(item):
            return None
        plain = cast(dict[str, Any], data(item))
        times, shadow = plain.pop("times", None), plain.pop("shadow", False) is True
        if "rule" in plain and "verdict" in plain:
            name = str(plain["rule"])
            if name not in self._around.rules:
                place = cast(Node, item.get("rule")).place
                self._report.append(messages.unknown_rule(place, name, self._around.rules))
            keys = {"verdict": plain["verdict"]}
            return Expectation("rule", name, keys, times, shadow, item.place, f"rule {name} {plain['verdict']}")
        for name, keys in plain.items():
            found = dict(keys) if isinstance(keys, dict) else {"": keys} if keys is not None else {}
            if name in self._around.actions:
                times, shadow = found.pop("times", times), found.pop("shadow", shadow) is True
            word = item.get(name) if name == "refused" else item.key(name)
            self._check_keys(name, item.get(name))
            if name == "access" and not self._check_access(cast(MappingNode, item.get(name))):
                return None
            return self._named(name, found, times, shadow, item.place, cast(Scalar, word))
        return None

    def _check_keys(self, action: str, keys: Node | None) -> None:
        """An effect has the keys of its action; one that it cannot have would be waited for in vain."""
        own = schema(PARTS)["$defs"]["action"]["properties"].get(action, {}).get("properties")
        if own is None or not isinstance(keys, MappingNode):
            return
        known = SHOWN | own.keys() | {"times", "shadow"}
        for key, _ in keys.entries:
            if key.text not in known:
                self._report.append(messages.unknown_key(key.place, key.text, action, known - {"times", "shadow"}))

    def _check_access(self, asked: MappingNode) -> bool:
        """Whether the role, the permission's machine and the field exist, and the entity is named where there is one."""
        role, permission, field = asked.get("role"), asked.get("permission"), asked.get("field")
        assert isinstance(role, Scalar)
        assert isinstance(permission, Scalar)
        before = len(self._report)
        if role.text not in self._around.roles:
            self._report.append(messages.unknown_role(role.place, role.text, self._around.roles))
        plural = permission.text.partition(".")[0]
        machines = self._around.machines.values()
        machine = next((one for one in machines if one.plural == plural), None)
        if machine is None and (asked.get("id") or field):
            self._report.append(messages.permission_about_nothing(permission.place, permission.text, plural))
        elif machine is not None and asked.get("id") is None:
            self._report.append(messages.access_to_nothing(permission.place, permission.text, machine.id))
        elif machine is not None and isinstance(field, Scalar):
            known = (*machine.fields, *machine.relations)
            if field.text not in known:
                self._report.append(messages.unknown_field(field.place, field.text, machine.id, known))
        return len(self._report) == before

    def _says_one_thing(self, item: MappingNode) -> bool:
        """Whether an item names one thing to expect; of several only the first would be looked at."""
        named = [key for key, _ in item.entries if key.text not in ("times", "shadow")]
        texts = {key.text for key in named}
        if texts == {"rule", "verdict"}:
            return True
        if not named:
            self._report.append(messages.nothing_expected(item.place))
        elif len(named) > 1:
            self._report.append(messages.several_at_once(named[1].place, named[0].text, named[1].text))
        elif texts & {"rule", "verdict"}:
            self._report.append(messages.rule_without_verdict(named[0].place))
        else:
            return True
        return False

    def _named(
        self, name: str, keys: Mapping[str, Any], times: int | None, shadow: bool, place: Place, word: Scalar
    ) -> Expectation | None:
        """``place`` is that of the whole item, ``word`` what names the thing expected."""
        kind: Kind
        if name in self._around.actions:
            kind = "effect"
        elif name == "refused":
            kind, name, keys = "refused", str(keys.get("", "")), {}
            known = [t for machine in self._around.machines.values() for t in machine.transitions]
            if name not in known:
                self._report.append(messages.unknown_transition(word.place, name, known))
        elif name == "sla":
            kind = "sla"
            policy = str(keys.get("policy"))
            if policy not in self._around.policies:
                self._report.append(messages.unknown_policy(word.place, policy, self._around.policies))
        elif name == "access":
            kind = "access"
        elif name == "entity" or name in self._around.machines:
            kind = "entity"
        else:
            known_names = (*self._around.action_names, *self._around.machines, "refused", "rule")
            self._report.append(messages.unknown_expectation(word.place, name, known_names))
            return None
        shown = ", ".join(f"{key}: {in_words(value)}" for key, value in keys.items())
        if kind == "refused":
            return Expectation(kind, name, keys, times, shadow, place, f"{name} to be refused")
        return Expectation(kind, name, keys, times, shadow, place, f"{name} {{{shown}}}" if shown else name)


def _text(root: MappingNode, key: str) -> str:
    node = root.get(key)
    return node.text if isinstance(node, Scalar) else ""


def _object(node: Node | None) -> dict[str, Any]:
    return cast(dict[str, Any], data(node)) if isinstance(node, MappingNode) else {}
