"""A checked condition and a checked expression: what rules hold, judge with and ask for reasons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from engine.conditions import compile as compiling
from engine.conditions.block import GroupKind
from engine.conditions.check_context import NOTHING_KNOWN, Known
from engine.conditions.compile import Equality, Functions, Judge
from engine.conditions.cost import cost_of
from engine.conditions.emit import TypeOf
from engine.conditions.evaluate import Frame, evaluate_checked
from engine.conditions.explain import Explained, Explanation, ReadSet, explain_values, explained_line
from engine.conditions.group import Group, combine, divided, required, source_of
from engine.conditions.outcome import EvaluationError
from engine.conditions.reads import EventRead, FieldRead, reads_of
from engine.conditions.runtime import HELPERS
from engine.conditions.tree import Call, Node, Read, children
from engine.conditions.types import BOOL, Type
from engine.conditions.values import CelError
from engine.diagnostics import Place


@dataclass(frozen=True, slots=True)
class LineInfo:
    """One line of a condition: the expression as written, and where."""

    expression: str
    place: Place


_KINDS: dict[str, GroupKind] = {"_&&_": "all", "_||_": "any", "!_": "none"}


@dataclass(frozen=True, slots=True)
class _Terms:
    """A condition taken apart at its ``&&``, ``||`` and ``!``, and a function for each term."""

    group: Group | int
    judges: list[Judge]


class Condition:
    """A condition that holds, does not hold or has no verdict on the facts of a frame.

    The frame is ``(event, subject, before, now, actor, world)``. ``judge`` returns True, False or an EvaluationError;
    it is the generated function itself.
    """

    def __init__(
        self,
        lines: tuple[LineInfo, ...],
        nodes: tuple[Node, ...],
        group: Group | int,
        types: TypeOf,
        functions: Functions,
        other_reads: frozenset[FieldRead] = frozenset(),
        holding: Known = NOTHING_KNOWN,
    ) -> None:
        self.lines = lines
        self.nodes = nodes
        self.group = group
        self.type_of = types
        self.functions = functions
        self.other_reads = other_reads
        self.holding = holding
        """What has a value wherever the condition holds."""

    def __repr__(self) -> str:
        return f"Condition({'; '.join(line.expression for line in self.lines)})"

    @cached_property
    def judge(self) -> Judge:
        """The verdict on a frame: True, False or an EvaluationError."""
        expression, namespace = self.emit("k")
        return compiling.function(expression, namespace, self.judge_exactly)

    def judge_exactly(
        self, event: object, subject: object, before: object, now: object, actor: object, world: object
    ) -> bool | EvaluationError:
        """The verdict with every term on its own, so that only those in doubt are interpreted.

        ``judge`` asks it on any exception, and so does whoever runs an emitted expression.
        """
        terms = self._terms
        return combine(terms.group, lambda number: terms.judges[number](event, subject, before, now, actor, world))

    @cached_property
    def _terms(self) -> _Terms:
        terms: list[tuple[int, Node]] = []

        def split(line: int) -> Group | int:
            return divide(line, self.nodes[line])

        def divide(line: int, node: Node) -> Group | int:
            if isinstance(node, Call) and all(self.type_of(arg) == BOOL for arg in node.args):
                kind = _KINDS.get(node.function)
                if kind is not None:
                    return Group(kind, tuple(divide(line, arg) for arg in node.args))
            terms.append((line, node))
            return len(terms) - 1

        group = divided(self.group, split)
        nodes = [node for _, node in terms]
        sources, constants = compiling.line_sources(nodes, self.type_of, self.functions, "t", boolean=True)

        def exactly(number: int, *frame: object) -> bool | EvaluationError:
            line, node = terms[number]
            return self._exactly(line, node, cast("Frame", frame))

        return _Terms(group, compiling.functions(sources, constants, exactly))

    def interpret(
        self, event: object, subject: object, before: object, now: object, actor: object, world: object
    ) -> bool | EvaluationError:
        """The verdict by the exact evaluator alone, against which the generated forms are held."""
        frame: Frame = (event, subject, before, now, actor, world)
        return combine(self.group, lambda line: self._exactly(line, self.nodes[line], frame))

    def _exactly(self, line: int, node: Node, frame: Frame) -> bool | EvaluationError:
        try:
            value = evaluate_checked(node, frame, self.functions)
        except CelError as error:
            return self._said(error, line)
        if value is True or value is False:
            return value
        return EvaluationError("the result is neither true nor false", node.start, line)

    def _said(self, error: CelError, line: int) -> EvaluationError:
        """The error, in the words of the author where it is only that a value is missing."""
        if error.message.startswith("no such key"):
            for leaf in self.explained[line].leaves:
                if leaf.plain and leaf.node.start == error.offset:
                    return EvaluationError(f"{leaf.text} has no value", error.offset, line)
        return EvaluationError.of(error, line)

    def emit(self, prefix: str, held: int | None = None) -> tuple[str, dict[str, object]]:
        """The condition as a Python expression over the frame, and the names it needs.

        The names of constants begin with ``prefix``; the others are the same for every condition. The expression
        raises on any doubt, and the caller then asks ``judge_exactly``. ``held`` is the number of a line that is known
        to hold where the expression is evaluated.
        """
        sources, constants = compiling.line_sources(self.nodes, self.type_of, self.functions, prefix, boolean=True)
        if held is not None:
            sources[held] = "True"
        return source_of(self.group, sources), {**HELPERS, **constants}

    def equalities(self) -> tuple[Equality, ...]:
        """Necessary conditions ``path == constant`` and ``path in [constants]``, for an index."""
        held = [(line, self.lines[line].expression, self.nodes[line]) for line in required(self.group)]
        return compiling.equalities(held, self.type_of)

    @cached_property
    def explained(self) -> tuple[Explained, ...]:
        """The leaves of each line, as a trace shows them."""
        return tuple(
            explained_line(info.expression, node, self.type_of, self.functions)
            for info, node in zip(self.lines, self.nodes, strict=True)
        )

    @cached_property
    def own_reads(self) -> ReadSet:
        """The reads of this condition alone."""
        return ReadSet([self.explained], self.type_of, self.functions)

    def explain(
        self, event: object, subject: object, before: object, now: object, actor: object, world: object
    ) -> Explanation:
        """The verdict with every line's own, evaluated also where the verdict is already known."""
        values = self.own_reads.read(event, subject, before, now, actor, world)
        return self.explain_from(values, self.own_reads)

    def explain_from(self, values: tuple[object, ...], reads: ReadSet) -> Explanation:
        """What ``explain`` says, from the values that a read set kept; the event is not needed any more."""
        return explain_values(self.lines, self.explained, self.group, self.functions, values, reads)

    def reads(self) -> frozenset[FieldRead | EventRead]:
        """The fields and event data that the condition mentions."""
        found: set[FieldRead | EventRead] = set(self.other_reads)
        for node in self.nodes:
            found |= reads_of(node, self.type_of)
        return frozenset(found)

    @cached_property
    def cost(self) -> int:
        """A bound on the evaluator's steps (``engine.conditions.cost``)."""
        return sum(map(cost_of, self.nodes))


class Expression:
    """A checked expression of any type. ``value`` returns what it yields on a frame, or an EvaluationError."""

    def __init__(
        self,
        line: LineInfo,
        node: Node,
        kind: Type,
        types: TypeOf,
        functions: Functions,
        other_reads: frozenset[FieldRead] = frozenset(),
    ) -> None:
        self.line = line
        self.node = node
        self.type = kind
        self.type_of = types
        self.functions = functions
        self.other_reads = other_reads

    def __repr__(self) -> str:
        return f"Expression({self.line.expression})"

    @cached_property
    def value(self) -> Judge:
        """The value on a frame; the generated function itself."""
        expression, namespace = self.emit("k")
        return compiling.function(expression, namespace, self.value_exactly)

    def value_exactly(
        self, event: object, subject: object, before: object, now: object, actor: object, world: object
    ) -> object:
        """The value by the exact evaluator."""
        try:
            return evaluate_checked(self.node, (event, subject, before, now, actor, world), self.functions)
        except CelError as error:
            return EvaluationError.of(error)

    def emit(self, prefix: str) -> tuple[str, dict[str, object]]:
        """The expression as Python over the frame, and the names it needs; it raises on any doubt."""
        sources, constants = compiling.line_sources([self.node], self.type_of, self.functions, prefix, boolean=False)
        return sources[0], {**HELPERS, **constants}

    @property
    def lasting(self) -> bool:
        """Whether it yields the same value for as long as the fields that it reads stay as they are."""
        waiting = [self.node]
        while waiting:
            node = waiting.pop()
            if isinstance(node, Read) and not node.source.startswith("subject"):
                return False
            if isinstance(node, Call) and node.function in self.functions:
                return False
            waiting.extend(children(node))
        return "count_moves" not in self.line.expression

    def reads(self) -> frozenset[FieldRead | EventRead]:
        """The fields and event data that the expression mentions."""
        return frozenset(reads_of(self.node, self.type_of) | self.other_reads)

    @cached_property
    def cost(self) -> int:
        """A bound on the evaluator's steps."""
        return cost_of(self.node)
