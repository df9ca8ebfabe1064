"""Checks one text: it is Jinja, it says nothing but values, `if` and `for`, and every name in it is declared.

The walk over Jinja's tree returns the tree that runs: each path in it has become a variable (of the template's entity)
or a call of a reader (of an item of a loop).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import TemplateSyntaxError, nodes

from engine.conditions.types import (
    BOOL,
    DOUBLE,
    INT,
    MONEY,
    STRING,
    EnumType,
    StateType,
    is_text,
)
from engine.diagnostics import Diagnostic
from engine.machines.vocabulary import MachineVocabulary
from engine.reading.nodes import Scalar
from engine.templates import messages
from engine.templates.check_filters import FilterChecker
from engine.templates.check_paths import PathChecker, Variables, names_of, words_of, written
from engine.templates.filters import MOST_DIGITS, is_fit
from engine.templates.kinds import UNKNOWN, Entity, Kind, Listed, Value, named
from engine.templates.places import Places
from engine.templates.text import CheckedText, environment

_UNCLOSED = re.compile(r"needs to be closed is '(\w+)'")
MOST_CHARACTERS = 50_000
MOST_NESTING = 12
"""How deep `if` and `for` may stand in each other."""
MOST_DEPTH = 40
"""How deep an expression may be nested; each `and` is a level."""
_FORBIDDEN: Mapping[type[nodes.Node], str] = {
    nodes.Call: "a call",
    nodes.Pow: "`**`",
    nodes.Mul: "`*`",
    nodes.Div: "`/`",
    nodes.FloorDiv: "`//`",
    nodes.Mod: "`%`",
    nodes.Add: "`+`",
    nodes.Sub: "`-`",
    nodes.Neg: "`-`",
    nodes.Concat: "`~`",
    nodes.Getitem: "`[…]`",
    nodes.Assign: "`set`",
    nodes.AssignBlock: "`set`",
    nodes.Macro: "`macro`",
    nodes.CallBlock: "`call`",
    nodes.FilterBlock: "a `filter` block",
    nodes.With: "`with`",
    nodes.Block: "`block`",
    nodes.Extends: "`extends`",
    nodes.Include: "`include`",
    nodes.Import: "`import`",
    nodes.FromImport: "`from … import`",
    nodes.ScopedEvalContextModifier: "`autoescape`",
    nodes.Dict: "a map",
}
_HINTS: Mapping[type[nodes.Node], str] = {
    nodes.Getitem: "write the path with dots, such as booking.code",
    nodes.Concat: "write the values beside each other: {{ booking.code }} {{ booking.city }}",
}


def check_text(
    scalar: Scalar,
    variables: Variables,
    vocabulary: MachineVocabulary,
    report: list[Diagnostic],
    *,
    html: bool,
) -> CheckedText | None:
    """The text that a scalar holds, or None after reporting what is wrong."""
    if len(scalar.text) > MOST_CHARACTERS:
        what = f"the text has more than {MOST_CHARACTERS:,} characters"
        report.append(messages.too_large(scalar.place, 1, what))
        return None
    here = environment(html=html)
    try:
        places = Places(scalar.text, here.lex(scalar.text))
        tree = here.parse(scalar.text)
    except TemplateSyntaxError as error:
        places = Places(scalar.text, ())
        start = places.of_line(error.lineno)
        line = scalar.text[start:].partition("\n")[0]
        opening = max(line.find("{{"), line.find("{%"), 0) if line.count("{%") + line.count("{{") == 1 else 0
        report.append(messages.bad_syntax(scalar.place_at(start + opening), 1, _reason(error.message or "")))
        return None
    except ValueError:  # an integer of thousands of digits, which Python does not read
        report.append(messages.number_too_large(scalar.place, MOST_DIGITS))
        return None
    except RecursionError:
        report.append(messages.too_large(scalar.place, 1, "the text is nested too deeply"))
        return None
    checker = _Checker(scalar, variables, vocabulary, places)
    checker.body(tree.body, 0)
    report.extend(checker.found)
    if checker.found:
        return None
    paths, length = checker.paths, len(scalar.text.rstrip())
    return CheckedText(tree, paths.reads, paths.items, html, frozenset(paths.fields), scalar.place_at(0), length)


def _reason(said: str) -> str:
    """Jinja's sentence about a mistake of form, shorter."""
    unclosed = _UNCLOSED.search(said)
    if unclosed is not None:
        return f"`{unclosed[1]}` has no `end{unclosed[1]}`"
    first = said.partition(". ")[0].rstrip(".") or "it cannot be read"
    return first[:1].lower() + first[1:]


class _Checker:
    def __init__(
        self,
        scalar: Scalar,
        variables: Variables,
        vocabulary: MachineVocabulary,
        places: Places,
    ) -> None:
        self._scalar = scalar
        self._vocabulary = vocabulary
        self._places = places
        self.paths = PathChecker(variables, vocabulary, self.report, self._place)
        self._filters = FilterChecker(self.report, self._place)
        self._depth = 0
        self.found: list[Diagnostic] = []

    def report(self, diagnostic: Diagnostic) -> None:
        self.found.append(diagnostic)

    def _place(self, node: nodes.Node, *words: str) -> Any:
        line = node.lineno or 1  # of `autoescape` Jinja does not keep it
        offset = self._places.of(line, words) if words else self._places.of_line(line)
        return self._scalar.place_at(offset)

    # Statements

    def body(self, statements: list[nodes.Node], depth: int) -> None:
        if depth > MOST_NESTING:
            self.report(
                messages.too_large(self._scalar.place, 1, f"`if` and `for` stand more than {MOST_NESTING} deep")
            )
            return
        for statement in statements:
            if isinstance(statement, nodes.Output):
                statement.nodes = [self._shown(part) for part in statement.nodes]
            elif isinstance(statement, nodes.If):
                self._if(statement, depth)
            elif isinstance(statement, nodes.For):
                self._for(statement, depth)
            else:
                self._forbidden(statement)

    def _shown(self, part: nodes.Expr) -> nodes.Expr:
        if isinstance(part, nodes.TemplateData):
            return part
        made, kind = self.expression(part)
        hint = _way_to_show(kind)
        if hint is not None:
            shown = written(part)
            place = self._place(part, *words_of(part))
            last = words_of(part)[-1] if words_of(part) else shown
            self.report(messages.cannot_be_shown(place, len(last), shown, named(kind), hint))
        return made

    def _if(self, statement: nodes.If, depth: int) -> None:
        statement.test = self.expression(statement.test)[0]
        self.body(statement.body, depth + 1)
        for other in statement.elif_:
            other.test = self.expression(other.test)[0]
            self.body(other.body, depth + 1)
        self.body(statement.else_, depth + 1)

    def _for(self, statement: nodes.For, depth: int) -> None:
        words, shown = words_of(statement.iter), written(statement.iter)
        statement.iter, kind = self.expression(statement.iter)
        if statement.recursive:
            self.report(messages.not_allowed(self._place(statement), 2, "a recursive loop"))
        target = statement.target
        if not isinstance(target, nodes.Name):
            self.report(messages.not_allowed(self._place(statement), 2, "a loop with two variables"))
            return
        item: Kind = UNKNOWN
        if isinstance(kind, Listed):
            item = kind.item
        elif kind is not UNKNOWN:
            place = self._place(statement, *words) if words else self._place(statement, "in")
            length = len(words[-1]) if words else 2
            self.report(messages.not_a_list(place, length, shown, self.paths.lists()))
        name = target.name
        if self.paths.is_taken(name):
            self.report(
                messages.not_allowed(
                    self._place(statement, name),
                    len(name),
                    f'a loop variable named "{name}"',
                    "give it a name that nothing else has",
                )
            )
        outer = dict(self.paths.locals)
        self.paths.locals |= {name: item, "loop": Value(STRING, "loop")}
        if statement.test is not None:
            statement.test = self.expression(statement.test)[0]
        self.body(statement.body, depth + 1)
        self.paths.locals = outer
        self.body(statement.else_, depth + 1)

    # Expressions

    def expression(self, node: nodes.Node) -> tuple[nodes.Expr, Kind]:
        """The expression that runs, and what it yields."""
        self._depth += 1
        try:
            return self._expression(node)
        finally:
            self._depth -= 1

    def _expression(self, node: nodes.Node) -> tuple[nodes.Expr, Kind]:
        if self._depth > MOST_DEPTH and isinstance(node, nodes.Expr):
            if self._depth == MOST_DEPTH + 1:
                what = f"an expression is nested more than {MOST_DEPTH} levels deep"
                self.report(messages.too_large(self._place(node), 2, what))
            return node, UNKNOWN
        match node:
            case nodes.Name() | nodes.Getattr() if (words := names_of(node)) is not None:
                return self.paths.path(node, words)
            case nodes.Const():
                return node, self._constant(node)
            case nodes.List() | nodes.Tuple():
                return node, self._constants(node)
            case nodes.Compare():
                return self._comparison(node), Value(BOOL)
            case nodes.And() | nodes.Or():
                node.left, node.right = self.expression(node.left)[0], self.expression(node.right)[0]
                return node, Value(BOOL)
            case nodes.Not():
                node.node = self.expression(node.node)[0]
                return node, Value(BOOL)
            case nodes.Neg() if isinstance(node.node, nodes.Const):
                return node, self._negative(node, node.node)
            case nodes.CondExpr():
                return self._either(node)
            case nodes.Test():
                return self._test(node), Value(BOOL)
            case nodes.Filter():
                return self._filter(node)
        assert isinstance(node, nodes.Expr)
        self._forbidden(node)
        return node, UNKNOWN

    def _forbidden(self, node: nodes.Node) -> None:
        while isinstance(node, nodes.Getattr):  # of something that is no name
            node = node.node
        what = _FORBIDDEN.get(type(node), f"`{type(node).__name__.lower()}`")
        words: tuple[str, ...] = ()
        if isinstance(node, nodes.Call):
            words = words_of(node.node)
            what = f"{written(node.node)}()"
        elif what.startswith("`") and " " not in what and not isinstance(node, nodes.Getitem):
            words = (what.strip("`"),)
        place = self._place(node, *words)
        self.report(messages.not_allowed(place, len(words[-1]) if words else 2, what, _HINTS.get(type(node))))

    def _constant(self, node: nodes.Const) -> Kind:
        for kind, meaning in ((bool, BOOL), (int, INT), (float, DOUBLE), (str, STRING)):
            if type(node.value) is kind:
                if isinstance(node.value, (int, float)) and not is_fit(node.value):
                    self.report(messages.number_too_large(self._place(node), MOST_DIGITS))
                    return UNKNOWN
                return Value(meaning, constant=node.value)
        self.report(messages.not_allowed(self._place(node), 2, "`none`", "ask `is defined`"))
        return UNKNOWN

    def _negative(self, node: nodes.Neg, of: nodes.Const) -> Kind:
        kind = self._constant(of)
        if isinstance(kind, Value) and kind.type in (INT, DOUBLE):
            return Value(kind.type, constant=-of.value)
        if kind is not UNKNOWN:
            self._forbidden(node)
        return UNKNOWN

    def _constants(self, node: nodes.List | nodes.Tuple) -> Kind:
        constants = [one for one in node.items if isinstance(one, nodes.Const)]
        kinds = [kind for one in constants if isinstance(kind := self._constant(one), Value)]
        if not kinds or len(kinds) < len(node.items):
            hint = 'after `in` there may stand a list of constants: ["paid", "waived"]'
            self.report(messages.not_allowed(self._place(node), 1, "this list", hint))
            return UNKNOWN
        return Listed(kinds[0], tuple(one.value for one in constants))

    def _either(self, node: nodes.CondExpr) -> tuple[nodes.Expr, Kind]:
        node.test = self.expression(node.test)[0]
        node.expr1, kind = self.expression(node.expr1)
        if node.expr2 is None:
            self.report(
                messages.not_allowed(
                    self._place(node, "if"), 2, "an `if` without `else` in a value", "add what is said otherwise"
                )
            )
            return node, UNKNOWN
        node.expr2, other = self.expression(node.expr2)
        if _way_to_show(kind) is None and _way_to_show(other) is None:
            return node, Value(STRING)
        return node, kind if _way_to_show(kind) is not None else other

    def _test(self, node: nodes.Test) -> nodes.Expr:
        node.node, _ = self.expression(node.node)
        if node.name not in ("defined", "undefined"):
            place = self._place(node, "is", node.name)
            self.report(messages.unknown_test(place, node.name, ("defined", "not defined")))
        return node

    def _filter(self, node: nodes.Filter) -> tuple[nodes.Expr, Kind]:
        if node.node is None:
            self._forbidden(node)
            return node, UNKNOWN
        node.node, kind = self.expression(node.node)
        arguments = [self.expression(argument) for argument in node.args]
        kind = self._filters.result(node, kind, [kind for _, kind in arguments])
        node.args = [made for made, _ in arguments]
        return node, kind

    def _comparison(self, node: nodes.Compare) -> nodes.Expr:
        before = node.expr
        node.expr, left = self.expression(node.expr)
        for operand in node.ops:
            beside = operand.expr
            operand.expr, right = self.expression(operand.expr)
            self._compared(before, left, beside, right, operand.op)
            before, left = beside, right
        return node

    def _compared(self, one: nodes.Node, left: Kind, other: nodes.Node, right: Kind, op: str) -> None:
        if UNKNOWN in (left, right):
            return
        if op in ("in", "notin"):
            if not isinstance(right, Listed):
                self._not_compared(one, left, right, "after `in` there may stand a list")
            elif right.constants and isinstance(left, Value):
                for value in right.constants:
                    self._known(one, left, value)
            return
        for shown, kind, constant in ((one, left, right), (other, right, left)):
            if isinstance(kind, Value) and isinstance(constant, Value) and isinstance(constant.constant, str):
                self._known(shown, kind, constant.constant)
        if not (isinstance(left, Value) and isinstance(right, Value)):
            self._not_compared(one, left, right, "compare one of its fields")
        elif MONEY in (left.type, right.type):
            self._not_compared(one, left, right, f"compare {written(one)}.amount, in minor units")
        elif not (
            left.type == right.type
            or (is_text(left.type) and is_text(right.type))
            or {left.type, right.type} == {INT, DOUBLE}
        ):
            self._not_compared(one, left, right, None)

    def _not_compared(self, node: nodes.Node, left: Kind, right: Kind, hint: str | None) -> None:
        words = words_of(node)
        place = self._place(node, *words)
        self.report(messages.not_compared(place, len(words[-1]) if words else 1, named(left), named(right), hint))

    def _known(self, node: nodes.Node, kind: Value, value: Any) -> None:
        """A text beside an enum or state is one of its values."""
        known: set[str] | None = None
        if isinstance(kind.type, EnumType):
            known = set(kind.type.values)
        elif isinstance(kind.type, StateType):
            known = set(self._vocabulary.states(kind.type.machine))
        if known is not None and value not in known:
            place = self._places.of(node.lineno, (f'"{value}"',))
            start = self._places.of_line(node.lineno)
            if place == start:
                place = self._places.of(node.lineno, (f"'{value}'",))
            shown = written(node) if not isinstance(node, nodes.Const) else "it"
            self.report(
                messages.never_equal(self._scalar.place_at(place), len(str(value)) + 2, shown, str(value), known)
            )


def _way_to_show(kind: Kind) -> str | None:
    """What to do about a value that cannot be shown as it is; None for one that can."""
    if kind is UNKNOWN:
        return None
    if isinstance(kind, Entity):
        return "name one of its fields"
    if isinstance(kind, Listed):
        return "go through it with {% for … in … %}, or show `| count` or `| join`"
    if is_text(kind.type) or kind.type in (INT, DOUBLE):
        return None
    if kind.type == BOOL:
        return "say it in words: {{ … if … else … }}"
    ways = {"money": "| money", "timestamp": '| datetime("Europe/Berlin")', "duration": "| duration"}
    way = ways.get(str(kind.type))
    return f"show it with {way}" if way else "name something with one value"
