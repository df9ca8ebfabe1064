"""A matching as two generated functions: one reads a candidate's facts, the other judges all lines from them.

What is shown is what was judged: both come from one flat tuple of values. Where the quick form is in doubt (a value is
missing, a sum overflows) the exact evaluator answers from the same tuple.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.conditions.compile import Judge, define
from engine.conditions.condition import Condition
from engine.conditions.emit import Emitter, TypeOf
from engine.conditions.explain import ABSENT, Explained, ReadSet, explained_line, value_from
from engine.conditions.group import combine, source_of
from engine.conditions.outcome import EvaluationError
from engine.conditions.runtime import HELPERS
from engine.conditions.tree import Call, Node, children
from engine.matching.change import Changes
from engine.matching.model import Matching

Values = tuple[Any, ...]
Line = Callable[..., Any]
NO_VALUE = frozenset({type(ABSENT), EvaluationError})
"""The classes of what stands in a trace where there is no value."""


class Compiled:
    """A matching ready to rank.

    ``read`` takes the frame and returns the values; ``judge(*values)`` returns a verdict for each demand, then for each
    preference its condition's (True where it has none) and its score's value. ``lines`` has for each demand the
    functions of its lines and ``leaves`` their (leaf, slot) pairs; ``seen`` holds those pairs for each preference, ``scores`` its score prepared for tracing.
    """

    def __init__(self, matching: Matching) -> None:
        conditions = [one.condition for one in matching.demands]
        wishes = [one.condition for one in matching.preferences if one.condition is not None]
        scores = [one.score for one in matching.preferences]
        self.scores = [explained_line(one.line.expression, one.node, one.type_of, one.functions) for one in scores]
        every = [*conditions, *wishes]
        self._functions: dict[str, Callable[..., object]] = {}
        for held in (*(one.functions for one in every), *(one.functions for one in scores)):
            self._functions.update(held)
        self.reads = ReadSet(
            [*(one.explained for one in every), *((line,) for line in self.scores)],
            [*(one.type_of for one in every), *(one.type_of for one in scores)],
            self._functions,
        )
        self.read: Judge = self.reads.read
        self._parameters = ", ".join(f"v{slot}" for slot in range(len(self.reads)))
        self._names: dict[str, object] = {**HELPERS, "NO_VALUE": NO_VALUE}
        self._exact: list[Callable[[Values], Any]] = []
        self.judge: Line = self._judge(matching)
        self.lines = [[self._alone(one, line) for line in range(len(one.lines))] for one in conditions]
        self.leaves = [
            [[(leaf, self.reads.slots[leaf.shape]) for leaf in line.leaves] for line in one.explained]
            for one in conditions
        ]
        self.seen = [
            [
                (leaf, self.reads.slots[leaf.shape])
                for line in (*(one.condition.explained if one.condition is not None else ()), score)
                for leaf in line.leaves
            ]
            for one, score in zip(matching.preferences, self.scores, strict=True)
        ]
        self.changes = Changes(conditions, self.reads, self._value_of)

    def _judge(self, matching: Matching) -> Line:
        steps: list[str] = []
        for demand in matching.demands:
            steps.append(self._step(self._whole(demand.condition), len(steps)))
        for number, wish in enumerate(matching.preferences):
            if wish.condition is None:
                steps.append(f"    r{len(steps)} = True\n")
                self._exact.append(_certain)
            else:
                steps.append(self._step(self._whole(wish.condition), len(steps)))
            score = wish.score
            source = self._emitter(score.type_of, (self.scores[number],)).emit(score.node)
            self._exact.append(self._by_evaluator(self.scores[number]))
            steps.append(self._step(source, len(steps)))
        results = "".join(f"r{number}, " for number in range(len(steps)))
        source = f"def judge({self._parameters}):\n{''.join(steps)}    return ({results})\n"
        return define("judge", source, {**self._names, "exact": self._ask})

    def _step(self, source: str, number: int) -> str:
        asked = f"exact({number}, ({self._parameters}{',' if self._parameters else ''}))"
        return f"    try:\n        r{number} = {source}\n    except Exception:\n        r{number} = {asked}\n"

    def _ask(self, number: int, values: Values) -> Any:
        return self._exact[number](values)

    def _whole(self, condition: Condition) -> str:
        """The source of a condition; how to judge it exactly is noted beside."""
        emitter = self._emitter(condition.type_of, condition.explained)
        exactly = [self._by_evaluator(line, boolean=True) for line in condition.explained]
        self._exact.append(lambda values: combine(condition.group, lambda line: exactly[line](values)))
        return source_of(condition.group, [emitter.truth(node) for node in condition.nodes])

    def _alone(self, condition: Condition, number: int) -> Line:
        """The verdict of one line."""
        line = condition.explained[number]
        source = self._emitter(condition.type_of, (line,)).truth(line.node)
        exactly = self._by_evaluator(line, boolean=True)
        body = f"def line({self._parameters}):\n{self._step(source, 0)}    return r0\n"
        return define("line", body, {**self._names, "exact": lambda _, values: exactly(values)})

    def _value_of(self, condition: Condition, number: int, node: Node) -> Line:
        """What a part of a line yields, or an EvaluationError."""
        line = condition.explained[number]
        part = Explained(line.text, node, tuple(leaf for leaf in line.leaves if _within(leaf.node, node)))
        source = self._emitter(condition.type_of, (part,)).emit(node)
        exactly = self._by_evaluator(part)
        body = f"def value({self._parameters}):\n{self._step(source, 0)}    return r0\n"
        return define("value", body, {**self._names, "exact": lambda _, values: exactly(values)})

    def _by_evaluator(self, line: Explained, *, boolean: bool = False) -> Callable[[Values], Any]:
        def exactly(values: Values) -> Any:
            value = value_from(line, self._functions, values, self.reads.slots)
            if boolean and value is not True and value is not False and not isinstance(value, EvaluationError):
                return EvaluationError("the result is neither true nor false", line.node.start)
            return value

        return exactly

    def _emitter(self, types: TypeOf, lines: tuple[Explained, ...]) -> Emitter:
        emitter = _ValuesEmitter(types, self._functions, f"k{len(self._names)}_")
        emitter.slots = {id(leaf.node): self.reads.slots[leaf.shape] for line in lines for leaf in line.leaves}
        emitter.constants = _Shared(self._names)
        return emitter


class _Shared(dict[str, object]):
    """The constants of one emitter, told to all generated functions."""

    def __init__(self, names: dict[str, object]) -> None:
        super().__init__()
        self._names = names

    def __setitem__(self, name: str, value: object) -> None:
        super().__setitem__(name, value)
        self._names[name] = value


class _ValuesEmitter(Emitter):
    """Emits over the values of leaves instead of the frame; a value that is missing puts the quick form in doubt."""

    slots: dict[int, int]

    def emit(self, node: Node) -> str:
        slot = self.slots.get(id(node))
        if slot is None:
            return super().emit(node)
        return f"(v{slot} if v{slot}.__class__ not in NO_VALUE else cel_doubt())"

    def _of_optional(self, node: Call) -> str:
        if node.function == "orValue" and id(node.target) in self.slots:
            assert node.target is not None
            return f"cel_or({self.emit(node.target)}, {self.emit(node.args[0])})"
        return super()._of_optional(node)


def _certain(_: Values) -> bool:
    return True


def _within(inner: Node, outer: Node) -> bool:
    return inner is outer or any(_within(inner, child) for child in children(outer))
