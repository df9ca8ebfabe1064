"""What is certain of an entity when a rule is set off by another, and which conditions cannot hold then.

A condition is judged line by line on a record that holds nothing but the certain facts. A line counts only where what
is not certain would make it an error rather than an answer; CEL's absorption then tells whether the whole can hold.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from engine.automation.model import Emission
from engine.conditions.condition import Condition
from engine.conditions.group import combine
from engine.conditions.outcome import EvaluationError
from engine.conditions.reads import FieldRead
from engine.conditions.tree import Index, Inverse, Macro, Node, Read, Select, children
from engine.conditions.values import Timestamp

UNCERTAIN = EvaluationError("this is not certain")
_WORD = re.compile(r"\w+")
_CHANGED = re.compile(r"changed\(\s*\w+\.(\w+)\s*\)")
_KNOWN_SOURCES = frozenset({"subject", "event.data", "event.type"})
"""What of the frame is known, if only in part; now, the actor and what was before are not."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Fields with their values, None where one is missing.

    ``changed`` holds the fields that the event may have changed, None where nobody knows.
    """

    pairs: frozenset[tuple[str, Any]] = frozenset()
    changed: frozenset[str] | None = None
    computed: frozenset[tuple[str, str]] = frozenset()
    """Fields that hold what an expression yields of fields that no rule changes."""

    @classmethod
    def of(cls, emitted: Emission, written: frozenset[FieldRead] = frozenset()) -> Facts:
        """What is certain of an entity just after the event; ``written`` are the fields that rules change."""
        plain = {
            name: value for name, value in emitted.known.items() if isinstance(value, (str, int, float, type(None)))
        }
        changes = emitted.type.endswith((".updated", ".status_changed"))
        computed = {name: text for name, (text, reads) in emitted.computed.items() if not reads & written}
        return cls(frozenset(plain.items()), emitted.changed if changes else None, frozenset(computed.items()))

    @property
    def known(self) -> dict[str, Any]:
        """The values by field."""
        return dict(self.pairs)

    def without(self, names: Iterable[str]) -> Facts:
        """These facts, less what is said of some fields."""
        gone = set(names)
        if not gone:
            return self
        pairs, computed = ({one for one in pairs if one[0] not in gone} for pairs in (self.pairs, self.computed))
        return Facts(frozenset(pairs), self.changed, frozenset(computed))

    def rechecked(self, condition: Condition | None, subject: str | None, kind: str) -> bool:
        """Whether judging the condition again makes sure of the facts: without any one of them it might not hold."""
        if condition is None:
            return False
        held = {equality.path: equality.values for equality in condition.equalities()}
        return all(held.get(f"{subject}.{name}") == frozenset({value}) for name, value in self.pairs)


class _Nowhere:
    """A world of which nothing is known."""

    tables: Mapping[str, Mapping[str, Any]] = defaultdict(dict)

    def inverse(self, machine: str, relation: str, id: str) -> list[Any]:
        """Never asked: lines that walk backwards do not count."""
        return []


class Certainty:
    """Tells which conditions cannot hold; what it learnt of a condition it remembers."""

    def __init__(self) -> None:
        self._outlines: dict[int, tuple[frozenset[str], Mapping[str, frozenset[object]]]] = {}
        self._answers: dict[tuple[int, str, str, Facts], bool] = {}

    def cannot_hold(self, condition: Condition | None, subject: str | None, kind: str, facts: Facts) -> bool:
        """Whether a condition is certainly unmet at an event of type ``kind`` when ``facts`` are all that is known."""
        if condition is None or subject is None or (not facts.pairs and facts.changed is None):
            return False
        asked = id(condition), subject, kind, facts
        answer = self._answers.get(asked)
        if answer is None:
            answer = self._answers[asked] = self._cannot_hold(condition, subject, kind, facts)
        return answer

    def _cannot_hold(self, condition: Condition, subject: str, kind: str, facts: Facts) -> bool:
        known = facts.known
        words, demanded = self._outline(condition)
        if "changed" not in words and "to" not in words and not words & set(known):
            return False
        timer = kind.endswith(".timer")
        if not timer and any(value not in demanded.get(f"{subject}.{name}", (value,)) for name, value in known.items()):
            return True
        entity: dict[str, Any] = {} if timer else known
        there = {name: value for name, value in entity.items() if value is not None}
        lines = condition.explain(_event(kind, facts), there, {}, Timestamp(0), {}, _Nowhere()).lines

        def verdict(number: int) -> bool | EvaluationError:
            line = lines[number]
            if line.verdict == "errored" or not _certain(condition.nodes[number], facts, entity):
                return UNCERTAIN
            return line.verdict == "met"

        return combine(condition.group, verdict) is False

    def _outline(self, condition: Condition) -> tuple[frozenset[str], Mapping[str, frozenset[object]]]:
        """The words of a condition and the values that it demands of paths: enough to decide most cases at once."""
        found = self._outlines.get(id(condition))
        if found is None:
            words = frozenset(word for line in condition.lines for word in _WORD.findall(line.expression))
            demanded = {equality.path: equality.values for equality in condition.equalities()}
            found = self._outlines[id(condition)] = words, demanded
        return found


def _event(kind: str, facts: Facts) -> SimpleNamespace:
    data = {name: value for name, value in facts.known.items() if value is not None}
    if kind.endswith(".status_changed") and "status" in data:
        data["to"] = data.pop("status")
    changes = dict.fromkeys(facts.changed or (), (False, True))  # what it was and what it is differ
    return SimpleNamespace(id="", type=kind, source="", subject="", time=Timestamp(0), data=data, changes=changes)


def _certain(node: Node, facts: Facts, entity: Mapping[str, Any]) -> bool:
    """Whether a line's verdict is certain: what it does not know would have made it an error."""
    match node:
        case Macro() | Inverse() | Index(optional=True):
            return False
        case Select(test=True) | Select(optional=True):
            owner = node.operand
            return isinstance(owner, Read) and owner.source == "subject" and node.field in entity
        case Read(source=source):
            changed = _CHANGED.fullmatch(node.name)
            if changed is None:
                return source in _KNOWN_SOURCES
            return facts.changed is not None and (changed[1] not in facts.changed or len(facts.changed) == 1)
    return all(_certain(part, facts, entity) for part in children(node))
