"""Operators: what compares with what, which sums make sense, and what can never be equal."""

from __future__ import annotations

from collections.abc import Callable

from engine.conditions import messages
from engine.conditions.check_context import NEVER, Context, Known, Typed
from engine.conditions.check_literals import is_literal, time_literal
from engine.conditions.check_names import as_value
from engine.conditions.check_presence import when_false, when_true
from engine.conditions.tree import Call, Ident, ListNode, Literal, Node, Read
from engine.conditions.types import (
    BOOL,
    BYTES,
    DATE,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    MONEY,
    NULL,
    NUMBERS,
    STRING,
    TIMESTAMP,
    UINT,
    UNKNOWN,
    EntityType,
    EnumType,
    ListType,
    MapType,
    OptionalType,
    StateType,
    Type,
    is_text,
    join,
)

_SIGNS = {
    "_==_": "==",
    "_!=_": "!=",
    "_<_": "<",
    "_<=_": "<=",
    "_>_": ">",
    "_>=_": ">=",
    "_+_": "+",
    "_-_": "-",
    "_*_": "*",
    "_/_": "/",
    "_%_": "%",
}
_ORDERED = frozenset({BOOL, STRING, BYTES, DATE, TIMESTAMP, DURATION, MONEY})
_SUMS: dict[tuple[str, Type, Type], Type] = {
    ("_+_", STRING, STRING): STRING,
    ("_+_", BYTES, BYTES): BYTES,
    ("_+_", TIMESTAMP, DURATION): TIMESTAMP,
    ("_+_", DURATION, TIMESTAMP): TIMESTAMP,
    ("_+_", DURATION, DURATION): DURATION,
    ("_-_", TIMESTAMP, TIMESTAMP): DURATION,
    ("_-_", TIMESTAMP, DURATION): TIMESTAMP,
    ("_-_", DURATION, DURATION): DURATION,
    **{(sign, kind, kind): kind for sign in ("_+_", "_-_", "_*_", "_/_") for kind in NUMBERS},
    ("_%_", INT, INT): INT,
    ("_%_", UINT, UINT): UINT,
}


def operator(context: Context, node: Call, known: Known, hint: Type | None) -> Typed:
    """Any operator of the language."""
    return _OPERATORS[node.function](context, node, known, hint)


def is_operator(name: str) -> bool:
    """Whether a call's function is written as an operator."""
    return name in _OPERATORS


def _rebuild(node: Call, *parts: Typed) -> Call:
    return Call(node.start, node.end, node.function, None, tuple(part.node for part in parts))


def boolean(context: Context, node: Node, known: Known, what: str) -> Typed:
    """A part that must be true or false."""
    typed = context.infer(node, known, BOOL)
    if typed.type in (BOOL, DYN, UNKNOWN):
        return typed
    if isinstance(typed.type, OptionalType):
        return context.failed(typed.node, messages.optional_not_taken(node, typed.type))
    return context.failed(typed.node, messages.wrong_operand(node, what, typed.type))


def _reached(context: Context, node: Node, known: Known, what: str, *, otherwise: bool) -> Typed:
    """The right side of ``&&`` or ``||``; where the left side alone always decides, a constant in its place."""
    if NEVER in known:
        return context.typed(Literal(node.start, node.end, otherwise), BOOL)
    return boolean(context, node, known, what)


def _and(context: Context, node: Call, known: Known, _: Type | None) -> Typed:
    left = boolean(context, node.args[0], known, "&&")
    right = _reached(context, node.args[1], known | when_true(left.node, context.decided), "&&", otherwise=False)
    return context.typed(_rebuild(node, left, right), BOOL)


def _or(context: Context, node: Call, known: Known, _: Type | None) -> Typed:
    left = boolean(context, node.args[0], known, "||")
    right = _reached(context, node.args[1], known | when_false(left.node, context.decided), "||", otherwise=True)
    return context.typed(_rebuild(node, left, right), BOOL)


def _not(context: Context, node: Call, known: Known, _: Type | None) -> Typed:
    return context.typed(_rebuild(node, boolean(context, node.args[0], known, "!")), BOOL)


def _ternary(context: Context, node: Call, known: Known, hint: Type | None) -> Typed:
    condition = boolean(context, node.args[0], known, "? :")
    known_yes = known | when_true(condition.node, context.decided)
    known_no = known | when_false(condition.node, context.decided)
    if is_literal(node.args[1]) and not is_literal(node.args[2]):
        no = as_value(context, context.infer(node.args[2], known_no, hint))
        yes = as_value(context, context.infer(node.args[1], known_yes, hint or no.type))
    else:
        yes = as_value(context, context.infer(node.args[1], known_yes, hint))
        no = as_value(context, context.infer(node.args[2], known_no, hint or yes.type))
    lowered = _rebuild(node, condition, yes, no)
    if UNKNOWN in (yes.type, no.type):
        return context.failed(lowered)
    kind = join(yes.type, no.type)
    if kind is None:
        return context.failed(lowered, messages.mixed_branches(node, yes.type, no.type))
    if isinstance(kind, EntityType):
        kind = STRING  # which of two records it would be is only known at run time
    return context.typed(lowered, kind)


def _operands(context: Context, node: Call, known: Known) -> tuple[Typed, Typed]:
    """Both sides; the side that is a literal takes its type from the other."""
    left_node, right_node = node.args
    if is_literal(left_node) and not is_literal(right_node):
        right = as_value(context, context.infer(right_node, known))
        left = _compared(context, left_node, known, right.type, right_node)
    else:
        left = as_value(context, context.infer(left_node, known))
        right = _compared(context, right_node, known, left.type, left_node)
    return left, right


def _compared(context: Context, node: Node, known: Known, hint: Type | None, other: Node) -> Typed:
    """A side that takes its type from the other, which messages may name."""
    outer, context.beside = context.beside, None if is_literal(other) else context.quote(other)
    typed = as_value(context, context.infer(node, known, hint))
    context.beside = outer
    return typed


def _settled(context: Context, node: Call, *sides: tuple[Node, Typed]) -> bool:
    """Whether both sides are values whose types can be judged; reports the optional one otherwise."""
    for written, typed in sides:
        if isinstance(typed.type, OptionalType):
            context.report(messages.optional_not_taken(written, typed.type))
            return False
    return all(typed.type != UNKNOWN for _, typed in sides)


def _equality(context: Context, node: Call, known: Known, _: Type | None) -> Typed:
    left, right = _operands(context, node, known)
    lowered = _rebuild(node, left, right)
    if _settled(context, node, (node.args[0], left), (node.args[1], right)):
        _judge_equality(context, node, left, right)
        other_event = _is_other_event(context, left.node, right.node)
        if other_event is not None:
            context.decide(lowered, other_event == (node.function == "_!=_"))
    return context.typed(lowered, BOOL)


def _is_other_event(context: Context, left: Node, right: Node) -> bool | None:
    """Whether ``event.type`` is compared with another type than the one at hand; None where it is not."""
    if isinstance(left, Literal):
        left, right = right, left
    if context.scope.event is None or not isinstance(right, Literal):
        return None
    return right.value != context.scope.event if isinstance(left, Read) and left.source == "event.type" else None


def _judge_equality(context: Context, node: Call, left: Typed, right: Typed) -> None:
    kinds = (left.type, right.type)
    if NULL in kinds and DYN not in kinds:
        other = node.args[0] if right.type == NULL else node.args[1]
        missing = [one for one in context.problems if one.code == "V333" and one.offset == other.start]
        context.problems = [one for one in context.problems if one not in missing]  # one mistake, said once
        context.report(messages.compared_with_null(node, context.quote(other) if not is_literal(other) else None))
    elif MONEY in kinds and kinds != (MONEY, MONEY) and DYN not in kinds:
        _money_mistake(context, node, left, right)
    elif set(kinds) == {DATE, TIMESTAMP}:
        context.report(messages.date_beside_timestamp(node))
    elif kinds == (MONEY, MONEY):
        _same_currency(context, node, left.node, right.node)
    elif not may_equal(left.type, right.type):
        context.report(messages.never_equal(node, left.type, right.type, _as_meant(node, left.type, right.type)))


def _as_meant(node: Call, left: Type, right: Type) -> str | None:
    """How the literal of a comparison was probably meant."""
    kinds = (left, right)
    for written, other in zip(node.args, reversed(kinds), strict=True):
        value = written.value if isinstance(written, Literal) else None
        if other in NUMBERS and isinstance(value, str) and value.lstrip("-").replace(".", "", 1).isdigit():
            return f"write {value} without quotes"
        if other == STRING and isinstance(value, (int, float)) and not isinstance(value, bool):
            return f'write "{value}" in quotes'
        if other == BOOL and value in (0, 1, "true", "false"):
            return f"write {'true' if value in (1, 'true') else 'false'}"
        if other == DURATION and isinstance(value, int):
            return f'write the unit, as in "{value}m" or "{value}h"'
        if other == TIMESTAMP and isinstance(value, int):
            return 'write the instant, as in "2026-04-01T10:00:00Z"'
    return None


def _money_mistake(context: Context, node: Call, left: Typed, right: Typed) -> None:
    money, other = (0, right) if left.type == MONEY else (1, left)
    if other.type in NUMBERS:
        context.report(messages.money_beside_number(node, context.quote(node.args[money])))
    else:
        context.report(messages.never_equal(node, left.type, right.type))


def _same_currency(context: Context, node: Call, left: Node, right: Node) -> None:
    if isinstance(left, Literal) and isinstance(right, Literal):
        one, other = _currency(left), _currency(right)
        if one != other:
            context.report(messages.currency_mismatch(node, one, other))


def _currency(node: Literal) -> str:
    assert isinstance(node.value, dict)
    return str(node.value["currency"])


def may_equal(left: Type, right: Type) -> bool:
    """Whether values of the two types can be equal at all."""
    if UNKNOWN in (left, right) or DYN in (left, right) or left == right:
        return True
    if left in NUMBERS and right in NUMBERS:
        return True
    if isinstance(left, EnumType) and isinstance(right, EnumType):
        return bool(left.values & right.values)
    if isinstance(left, ListType) and isinstance(right, ListType):
        return may_equal(left.item, right.item)
    if isinstance(left, MapType) and isinstance(right, MapType):
        return may_equal(left.key, right.key) and may_equal(left.value, right.value)
    if STRING in (left, right):
        return is_text(left) and is_text(right)
    return False


def _order(context: Context, node: Call, known: Known, _: Type | None) -> Typed:
    left, right = _operands(context, node, known)
    lowered = _rebuild(node, left, right)
    if _settled(context, node, (node.args[0], left), (node.args[1], right)):
        _judge_order(context, node, left, right)
    return context.typed(lowered, BOOL)


def _judge_order(context: Context, node: Call, left: Typed, right: Typed) -> None:
    one, other = left.type, right.type
    sign = _SIGNS[node.function]
    if DYN in (one, other) or (one in NUMBERS and other in NUMBERS):
        return
    if {one, other} == {DATE, TIMESTAMP}:
        context.report(messages.date_beside_timestamp(node))
    elif one == other == MONEY:
        _same_currency(context, node, left.node, right.node)
    elif MONEY in (one, other) and (one in NUMBERS or other in NUMBERS):
        _money_mistake(context, node, left, right)
    elif any(isinstance(kind, (EnumType, StateType, EntityType)) for kind in (one, other)):
        closed = one if isinstance(one, (EnumType, StateType, EntityType)) else other
        context.report(messages.no_order(node, closed))
    elif not (one in _ORDERED and (one == other or {one, other} == {STRING, DATE})):
        context.report(messages.wrong_operands(node, sign, one, other, _as_meant(node, one, other)))


def _in(context: Context, node: Call, known: Known, _: Type | None) -> Typed:
    left_node, right_node = node.args
    left: Typed | None = None
    if not is_literal(left_node):
        left = as_value(context, context.infer(left_node, known))
        group = _group(context, left, right_node)
        if group is not None:
            return context.typed(_rebuild(node, left, group), BOOL)
    right = _compared(context, right_node, known, ListType(left.type) if left else None, left_node)
    if left is None:
        left = _compared(context, left_node, known, _item(right.type), right_node)
    lowered = _rebuild(node, left, right)
    if not _settled(context, node, (left_node, left), (right_node, right)):
        return context.typed(lowered, BOOL)
    if isinstance(right.node, ListNode) and right.node.items:
        if all(_is_other_event(context, left.node, one) for one in right.node.items):
            context.decide(lowered, value=False)
    item = _item(right.type)
    if right.type == DYN:
        pass
    elif item is None:
        hint = 'write a list: in ["…"]' if right.type == STRING else None
        context.report(messages.not_a_list(right_node, right.type, hint))
    elif left.type == NULL:
        context.report(messages.compared_with_null(left_node, None))
    elif not may_equal(left.type, item):
        context.report(messages.never_equal(node, left.type, item))
    return context.typed(lowered, BOOL)


def _item(kind: Type) -> Type | None:
    if isinstance(kind, ListType):
        return kind.item
    return kind.key if isinstance(kind, MapType) else None


def _group(context: Context, left: Typed, right: Node) -> Typed | None:
    """The states of a group, where a bare name stands right of ``in`` and a state left of it."""
    if not isinstance(left.type, StateType) or not isinstance(right, Ident) or right.name in context.locals:
        return None
    groups = context.scope.vocabulary.groups(left.type.machine)
    states = groups.get(right.name)
    if states is None:
        if right.name in context.scope.variables:
            return None
        return context.failed(right, messages.unknown_group(right, right.name, left.type.machine, groups))
    items = tuple(context.typed(Literal(right.start, right.end, state), left.type).node for state in sorted(states))
    return context.typed(ListNode(right.start, right.end, items, (False,) * len(items)), ListType(left.type))


def _sum(context: Context, node: Call, known: Known, _: Type | None) -> Typed:
    left, right = _sum_operands(context, node, known)
    lowered = _rebuild(node, left, right)
    if not _settled(context, node, (node.args[0], left), (node.args[1], right)):
        return context.failed(lowered)
    one, other = left.type, right.type
    if DYN in (one, other):
        return context.typed(lowered, DYN)
    plain = (STRING if is_text(one) else one, STRING if is_text(other) else other)
    kind = _SUMS.get((node.function, *plain))
    if kind is None and node.function == "_+_" and isinstance(one, ListType) and isinstance(other, ListType):
        kind = join(one, other)
    if kind is not None:
        return context.typed(lowered, kind)
    hint_text = None
    if MONEY in (one, other):
        hint_text = "calculate with .amount, which counts minor units"
    elif one in NUMBERS and other in NUMBERS:
        hint_text = "turn one side into the other's type with double(…) or int(…)"
    return context.failed(lowered, messages.wrong_operands(node, _SIGNS[node.function], one, other, hint_text))


def _sum_operands(context: Context, node: Call, known: Known) -> tuple[Typed, Typed]:
    left_node, right_node = node.args
    if is_literal(left_node) and is_literal(right_node):
        return context.infer(left_node, known), context.infer(right_node, known)
    if is_literal(left_node):
        right = as_value(context, context.infer(right_node, known))
        return _beside(context, left_node, known, right), right
    left = as_value(context, context.infer(left_node, known))
    if is_literal(right_node):
        return left, _beside(context, right_node, known, left)
    return left, as_value(context, context.infer(right_node, known))


def _beside(context: Context, node: Node, known: Known, other: Typed) -> Typed:
    if other.type == TIMESTAMP and isinstance(node, Literal) and isinstance(node.value, str):
        return time_literal(context, node)
    if is_text(other.type):
        return context.infer(node, known, STRING)
    return context.infer(node, known, other.type)


def _negative(context: Context, node: Call, known: Known, hint: Type | None) -> Typed:
    operand = context.infer(node.args[0], known, hint)
    lowered = _rebuild(node, operand)
    if operand.type in (INT, DOUBLE, DYN, UNKNOWN):
        return context.typed(lowered, operand.type)
    return context.failed(lowered, messages.wrong_operand(node, "-", operand.type))


_OPERATORS: dict[str, Callable[[Context, Call, Known, Type | None], Typed]] = {
    "_&&_": _and,
    "_||_": _or,
    "!_": _not,
    "_?_:_": _ternary,
    "_==_": _equality,
    "_!=_": _equality,
    "_<_": _order,
    "_<=_": _order,
    "_>_": _order,
    "_>=_": _order,
    "@in": _in,
    "_+_": _sum,
    "_-_": _sum,
    "_*_": _sum,
    "_/_": _sum,
    "_%_": _sum,
    "-_": _negative,
}
