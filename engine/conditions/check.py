"""The front door of the checker: conditions and expressions from documents, with every mistake at its place."""

from __future__ import annotations

from collections.abc import Mapping

from engine.conditions import messages
from engine.conditions.block import Block, Line, block_problems
from engine.conditions.check_constants import constant_problems
from engine.conditions.check_context import NEVER, NOTHING_KNOWN, Known, Typed
from engine.conditions.check_domain import Term, conjuncts, contradictions
from engine.conditions.check_presence import either, when_false, when_true
from engine.conditions.check_tree import Checker
from engine.conditions.condition import Condition, Expression, LineInfo
from engine.conditions.emit import TypeOf
from engine.conditions.group import Group, excluded, required
from engine.conditions.reads import FieldRead
from engine.conditions.scope import Scope
from engine.conditions.syntax import parse
from engine.conditions.syntax_messages import ConditionError, Problem
from engine.conditions.tree import Call, Literal, Node, children
from engine.conditions.types import BOOL, UNKNOWN, Type
from engine.diagnostics import Diagnostic, in_order
from engine.reading.nodes import Scalar
from engine.reading.source import Source

MAX_PARTS = 2_000
"""Nodes that one condition may have, all its lines together."""


def check_condition(
    block: Block | Line, scope: Scope, source: Source | None = None, known: Known = NOTHING_KNOWN
) -> tuple[Condition | None, list[Diagnostic]]:
    """The condition that a block means, or None where it has mistakes; warnings alone do not stop it.

    ``source`` is not needed for places, which the block's own nodes know. ``known`` holds what has a value where the
    condition is judged.
    """
    _ = source
    found = block_problems(block.node) if isinstance(block, Block) else []
    checked = _CheckedBlock(scope)
    group, holding, _ = checked.part(block, known)
    checked.across(group)
    for scalar, problem in checked.problems:
        found.append(diagnostic(problem, scalar))
    found = in_order(found)
    if any(one.severity == "error" for one in found) or not checked.lines:
        return None, found
    functions = {name: one.call for name, one in scope.functions.items()}
    condition = Condition(
        tuple(LineInfo(scalar.text.rstrip(), scalar.place_at(0)) for scalar in checked.lines),
        tuple(typed.node for typed in checked.typed),
        group,
        merged(checked.types),
        functions,
        frozenset(checked.reads),
        holding | known,
    )
    return condition, found


class _CheckedBlock:
    """The lines of a block, checked in document order; each knows what those before it guarantee."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.lines: list[Scalar] = []
        self.typed: list[Typed] = []
        self.types: list[Mapping[int, Type]] = []
        self.problems: list[tuple[Scalar, Problem]] = []
        self.reads: set[FieldRead] = set()
        self._parts = 0

    def part(self, part: Block | Line, known: Known) -> tuple[Group | int, Known, Known]:
        """Checks a part; returns it with what holds a value wherever it is true, and wherever it is false."""
        if isinstance(part, Line):
            return self.line(part, known)
        parts: list[Group | int] = []
        if part.kind == "all":
            true, false = NOTHING_KNOWN, None
            for one in part.parts:
                checked, yes, no = self.part(one, known | true)
                parts.append(checked)
                true, false = true | yes, no if false is None else either(false, no)
            return Group("all", tuple(parts)), true, false or NOTHING_KNOWN
        all_false, any_true = NOTHING_KNOWN, None
        for one in part.parts:
            checked, yes, no = self.part(one, known | all_false)
            parts.append(checked)
            all_false, any_true = all_false | no, yes if any_true is None else either(any_true, yes)
        one_true = any_true or NOTHING_KNOWN
        group = Group(part.kind, tuple(parts))
        return (group, one_true, all_false) if part.kind == "any" else (group, all_false, one_true)

    def line(self, line: Line, known: Known) -> tuple[int, Known, Known]:
        """Checks one line."""
        if NEVER in known:
            return self._unreached(line)
        checker, typed, problems = checked_text(line.scalar.text, self.scope, BOOL, known)
        self.problems.extend((line.scalar, problem) for problem in problems)
        self._parts += size_of(typed.node)
        if self._parts > MAX_PARTS:
            self.problems.append((line.scalar, messages.too_large(typed.node, MAX_PARTS)))
            self._parts = 0
        self.lines.append(line.scalar)
        self.typed.append(typed)
        self.types.append(checker.node_types)
        self.reads |= checker.other_reads
        decided = checker.decided
        return len(self.lines) - 1, when_true(typed.node, decided), when_false(typed.node, decided)

    def _unreached(self, line: Line) -> tuple[int, Known, Known]:
        """A line of ``all:`` behind one that never holds for the event at hand: it has nothing to say here."""
        checker = Checker(line.scalar.text, self.scope)
        self.lines.append(line.scalar)
        self.typed.append(checker.typed(Literal(0, len(line.scalar.text), False), BOOL))
        self.types.append(checker.node_types)
        return len(self.lines) - 1, NOTHING_KNOWN, NOTHING_KNOWN

    def across(self, group: Group | int) -> None:
        """What the lines that must all hold say against each other."""
        terms = [
            Term(line, self.lines[line].text, node)
            for line in required(group)
            if self.typed[line].type != UNKNOWN
            for node in conjuncts(self.typed[line].node)
        ]
        for line in excluded(group):
            node = self.typed[line].node
            if self.typed[line].type != UNKNOWN:
                denied = Call(node.start, node.end, "!_", None, (node,))
                terms.append(Term(line, self.lines[line].text, denied))
        self.problems.extend((self.lines[line], problem) for line, problem in contradictions(terms))


def checked_text(
    text: str, scope: Scope, expected: Type | None, known: Known = NOTHING_KNOWN
) -> tuple[Checker, Typed, list[Problem]]:
    """Parses and checks one expression, once in a scope; the offsets of the problems are those of ``text``.

    What it returns is shared by all who ask, and not to be changed.
    """
    if expected is not None and expected != BOOL:
        return _checked(text, scope, expected, known)
    asked = (text, expected, known)
    found: tuple[Checker, Typed, list[Problem]] | None = scope.checked.get(asked)
    if found is None:
        found = scope.checked[asked] = _checked(text, scope, expected, known)
    return found


def _checked(text: str, scope: Scope, expected: Type | None, known: Known) -> tuple[Checker, Typed, list[Problem]]:
    checker = Checker(text, scope)
    try:
        tree = parse(text)
    except ConditionError as error:
        return checker, checker.failed(Literal(0, len(text), None)), list(error.problems)
    typed = checker.check(tree, expected, known)
    if not checker.problems and typed.type != UNKNOWN:
        checker.problems.extend(constant_problems(typed.node, checker.node_types))
    return checker, typed, checker.problems


def check_expression(
    scalar: Scalar,
    scope: Scope,
    expected: Type | None = None,
    source: Source | None = None,
    known: Known = NOTHING_KNOWN,
) -> tuple[Expression | None, list[Diagnostic]]:
    """The expression that a scalar holds, or None where it has mistakes. ``expected`` is the type it must have."""
    _ = source
    checker, typed, problems = checked_text(scalar.text, scope, expected, known)
    found = in_order(diagnostic(problem, scalar) for problem in problems)
    if any(one.severity == "error" for one in found):
        return None, found
    functions = {name: one.call for name, one in scope.functions.items()}
    line = LineInfo(scalar.text.rstrip(), scalar.place_at(0))
    types = merged([checker.node_types])
    return Expression(line, typed.node, typed.type, types, functions, frozenset(checker.other_reads)), found


def diagnostic(problem: Problem, scalar: Scalar) -> Diagnostic:
    """A problem of an expression as a finding in the file it is written in."""
    place = scalar.place_at(problem.offset)
    last = scalar.place_at(problem.offset + problem.length - 1)
    length = last.column - place.column + 1 if last.line == place.line else problem.length
    severity = "warning" if problem.code in messages.WARNINGS else "error"
    return Diagnostic(problem.code, severity, problem.message, place, max(1, length), problem.hint)  # type: ignore[arg-type]


def size_of(node: Node) -> int:
    """How many nodes a tree has."""
    return 1 + sum(map(size_of, children(node)))


def merged(types: list[Mapping[int, Type]]) -> TypeOf:
    """The type of any node of several lines."""
    every = types[0] if len(types) == 1 else {key: kind for mapping in types for key, kind in mapping.items()}

    def type_of(node: Node) -> Type:
        return every[id(node)]

    return type_of
