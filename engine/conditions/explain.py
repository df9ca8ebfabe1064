"""The tracing back end: every line's verdict with the values it rests on.

A run keeps of each candidate one flat tuple, which a generated function reads for all conditions at once. The line by
line explanation is computed from that tuple when somebody asks, without the event.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from engine.conditions.compile import Functions, Judge, define
from engine.conditions.emit import TypeOf
from engine.conditions.evaluate import Evaluator, Frame, evaluate_checked
from engine.conditions.group import Group, combine
from engine.conditions.leaves import Leaf, LeafEmitter, Shape, leaves_of, substituted
from engine.conditions.outcome import EvaluationError
from engine.conditions.paths import FRAME
from engine.conditions.runtime import HELPERS
from engine.conditions.tree import Call, Node
from engine.conditions.tree import Literal as LiteralNode
from engine.conditions.values import CelError, Duration, Maybe, Timestamp, TypeValue

if TYPE_CHECKING:
    from engine.conditions.condition import LineInfo
    from engine.diagnostics import Place

Verdict = Literal["met", "unmet", "errored"]


class _Absent:
    """What a flat trace keeps where there is no value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()
_JSON = frozenset({str, int, bool, type(None)})
_EMPTY: Mapping[str, object] = MappingProxyType({})
"""The record of an entity that is not there."""


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """One line: met, unmet or errored; ``values`` maps each leaf, as written, to its JSON value.

    A leaf without a value maps to None. ``error`` says why the line is errored.
    """

    expression: str
    place: Place
    verdict: Verdict
    values: dict[str, object]
    error: str | None = None

    def as_json(self) -> dict[str, object]:
        """The form that ``virel dry-run --format json`` prints."""
        shown: dict[str, object] = {
            "expression": self.expression,
            "file": self.place.file,
            "line": self.place.line,
            "verdict": self.verdict,
            "values": self.values,
        }
        return shown if self.error is None else {**shown, "error": self.error}


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict of a condition and of each of its lines, in document order."""

    verdict: Verdict
    lines: list[LineVerdict]


@dataclass(frozen=True, slots=True)
class Explained:
    """A line prepared for tracing: its text, its lowered node and its leaves."""

    text: str
    node: Node
    leaves: tuple[Leaf, ...]


def explained_line(text: str, node: Node, types: TypeOf, functions: Functions) -> Explained:
    """The line with its leaves."""
    return Explained(text, node, tuple(leaves_of(node, text, types, functions)))


class ReadSet:
    """One generated function that reads all distinct leaves of many conditions into a flat tuple.

    ``read(event, subject, before, now, actor, world)`` returns the tuple; a leaf without a value is ``ABSENT``, one
    that met another error its EvaluationError. Equal leaves share a slot.
    """

    def __init__(
        self, conditions: Iterable[Sequence[Explained]], types: TypeOf | Sequence[TypeOf], functions: Functions
    ) -> None:
        self.slots: dict[Shape, int] = {}
        self._leaves: list[Leaf] = []
        self._types: list[TypeOf] = []
        self._functions = functions
        for number, lines in enumerate(conditions):
            type_of = types[number] if isinstance(types, Sequence) else types
            for line in lines:
                for leaf in line.leaves:
                    self._add(leaf, type_of)
        self.read: Judge = self._compiled()

    def __len__(self) -> int:
        return len(self._leaves)

    def _add(self, leaf: Leaf, types: TypeOf) -> None:
        slot = self.slots.setdefault(leaf.shape, len(self._leaves))
        if slot == len(self._leaves):
            self._leaves.append(leaf)
            self._types.append(types)
        elif leaf.kept is not None:
            there = self._leaves[slot]
            both = leaf.kept | (there.kept or frozenset())
            self._leaves[slot] = Leaf(there.node, there.shape, there.text, there.plain, both)

    def _compiled(self) -> Judge:
        """Reads all at once; where one fails, a second function reads one by one."""
        types = dict(zip((id(leaf.node) for leaf in self._leaves), self._types, strict=True))
        parameters = ", ".join(FRAME)
        constants: dict[str, object] = {}
        hops: dict[str, str] = {}
        sources: list[str] = []
        for slot, leaf in enumerate(self._leaves):
            emitter = LeafEmitter(types[id(leaf.node)], self._functions, f"k{slot}_")
            emitter.hops = hops
            sources.append(emitter.leaf(leaf, f"exactly({slot}, ({parameters}))"))
            constants.update(emitter.constants)
        walked = [f"{name} = {source}" for source, name in hops.items()]
        quick = "".join(f"        {step}\n" for step in walked)
        body = (
            f"def read({parameters}):\n    try:\n{quick}"
            f"        return ({''.join(f'{source}, ' for source in sources)})\n"
            f"    except Exception:\n        return one_by_one({parameters})\n"
        )
        slow = "".join(_attempt(step, f"{step.partition(' ')[0]} = None") for step in walked)
        for slot, (leaf, source) in enumerate(zip(self._leaves, sources, strict=True)):
            slow += _attempt(
                f"v{slot} = {source}",
                f"v{slot} = {'ABSENT' if leaf.plain else f'exactly({slot}, ({parameters}))'}",
                f"v{slot} = exactly({slot}, ({parameters}))" if leaf.plain else None,
            )
        names = "".join(f"v{slot}, " for slot in range(len(sources)))
        body += f"def one_by_one({parameters}):\n{slow}    return ({names})\n"
        namespace = {
            **HELPERS,
            **constants,
            "cel_kept": _kept,
            "ABSENT": ABSENT,
            "EMPTY": _EMPTY,
            "exactly": self._exactly,
        }
        return define("read", body, namespace)

    def _exactly(self, slot: int, frame: Frame) -> object:
        leaf = self._leaves[slot]
        try:
            value = evaluate_checked(leaf.node, frame, self._functions)
        except CelError as error:
            return EvaluationError.of(error)
        return value if leaf.kept is None else _kept(value, tuple(sorted(leaf.kept)))  # type: ignore[arg-type]


_NO_VALUE = "(KeyError, TypeError, AttributeError, IndexError)"


def _attempt(step: str, missing: str, failed: str | None = None) -> str:
    if failed is None:
        return f"    try:\n        {step}\n    except Exception:\n        {missing}\n"
    return (
        f"    try:\n        {step}\n    except {_NO_VALUE}:\n        {missing}\n"
        f"    except Exception:\n        {failed}\n"
    )


def _kept(records: Iterable[Mapping[str, object]], names: tuple[str, ...]) -> list[dict[str, object]]:
    return [{name: record[name] for name in names if name in record} for record in records]


def explain_values(
    lines: Sequence[LineInfo],
    explained: Sequence[Explained],
    group: Group | int,
    functions: Functions,
    values: tuple[object, ...],
    reads: ReadSet,
) -> Explanation:
    """The explanation of a condition from the values of its leaves."""
    verdicts = [_judged(line, functions, values, reads.slots) for line in explained]
    shown = [
        LineVerdict(
            info.expression,
            info.place,
            _VERDICTS.get(verdict, "errored") if isinstance(verdict, bool) else "errored",
            {leaf.text: shown_value(leaf, values[reads.slots[leaf.shape]]) for leaf in line.leaves},
            verdict.message if isinstance(verdict, EvaluationError) else None,
        )
        for info, line, verdict in zip(lines, explained, verdicts, strict=True)
    ]
    whole = combine(group, lambda line: verdicts[line])
    return Explanation(_VERDICTS[whole] if isinstance(whole, bool) else "errored", shown)


def shown_value(leaf: Leaf, value: object) -> object:
    """The leaf's value as JSON; of entities only what this line asks, though others may have kept more."""
    if leaf.kept is not None and isinstance(value, list):
        return json_value(_kept(value, tuple(sorted(leaf.kept))))
    return json_value(value)


_VERDICTS: dict[bool, Verdict] = {True: "met", False: "unmet"}
_NO_FRAME: Frame = (None, None, None, None, None, None)
_FAIL = "fail@"


def _fail(message: str) -> object:
    raise CelError(message)


def _judged(
    line: Explained, functions: Mapping[str, Callable[..., object]], values: tuple[object, ...], slots: dict[Shape, int]
) -> bool | EvaluationError:
    value = value_from(line, functions, values, slots)
    if value is True or value is False or isinstance(value, EvaluationError):
        return value
    return EvaluationError("the result is neither true nor false", line.node.start)


def value_from(
    line: Explained, functions: Mapping[str, Callable[..., object]], values: tuple[object, ...], slots: dict[Shape, int]
) -> object:
    """What a line yields, by the exact evaluator, from the values of its leaves; or an EvaluationError."""
    found = {id(leaf.node): (leaf, values[slots[leaf.shape]]) for leaf in line.leaves}

    def replace(node: Node) -> Node | None:
        entry = found.get(id(node))
        if entry is None:
            return None
        leaf, value = entry
        if value is ABSENT:
            return _failing(node, f"{leaf.text} has no value")
        if isinstance(value, EvaluationError):
            return _failing(node, value.message)
        return LiteralNode(node.start, node.end, value)

    evaluator = Evaluator({}, "", {**functions, _FAIL: _fail}, _NO_FRAME)
    try:
        return evaluator.value(substituted(line.node, replace), {})
    except CelError as error:
        return EvaluationError.of(error)


def _failing(node: Node, message: str) -> Node:
    return Call(node.start, node.end, _FAIL, None, (LiteralNode(node.start, node.end, message),))


def json_value(value: object) -> object:
    """A value as JSON shows it: instants as RFC 3339, spans as text, nothing as null."""
    if value.__class__ in _JSON:
        return value
    if value is ABSENT or isinstance(value, EvaluationError):
        return None
    if isinstance(value, (Timestamp, Duration)):
        return value.text()
    if isinstance(value, Maybe):
        return json_value(value.value) if value.present else None
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, TypeValue):
        return value.name
    if isinstance(value, dict):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(item) for item in value]
    return value if value is None or isinstance(value, (bool, float, str)) else int(value)  # type: ignore[call-overload]


def read_set(conditions: Sequence[Explainable]) -> ReadSet:
    """The reads of a list of conditions, each distinct one once."""
    functions: dict[str, Callable[..., object]] = {}
    for condition in conditions:
        functions.update(condition.functions)
    return ReadSet(
        [condition.explained for condition in conditions], [condition.type_of for condition in conditions], functions
    )


if TYPE_CHECKING:
    from engine.conditions.condition import Condition as Explainable
