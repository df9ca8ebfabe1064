"""What is said about an expression that reads well and means nothing, or not what it should; codes V320 to V399.

One function a mistake. Every message names what was written, what is known about it, and the way out.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.conditions.syntax_messages import Problem
from engine.conditions.tree import Node
from engine.conditions.types import BOOL, DOUBLE, INT, Type, phrase
from engine.diagnostics import did_you_mean

WARNINGS = frozenset({"V338", "V339", "V348"})
"""Codes of findings that do not stop a condition from running."""


def _at(node: Node, code: str, message: str, hint: str | None = None) -> Problem:
    return Problem(node.start, max(1, node.end - node.start), code, message, hint)


def _one_of(names: Iterable[str], limit: int = 12) -> str:
    listed = sorted(names)
    more = f" and {len(listed) - limit} more" if len(listed) > limit else ""
    return ", ".join(listed[:limit]) + more


def unknown_variable(node: Node, name: str, known: Iterable[str], is_text: bool) -> Problem:
    names = list(known)
    hint = f'as a text it is "{name}", in quotes' if is_text else did_you_mean(name, names)
    return _at(node, "V320", f'nothing here is called "{name}"', hint or f"in scope: {_one_of(names)}")


def ambiguous_name(node: Node, name: str, paths: Iterable[tuple[str, ...]]) -> Problem:
    full = " or ".join(".".join(path) for path in paths)
    return _at(node, "V321", f'"{name}" could mean more than one entity', f"write the path: {full}")


def unknown_field(node: Node, owner: str, name: str, known: Iterable[str]) -> Problem:
    names = list(known)
    hint = did_you_mean(name, names) or (f"it has {_one_of(names)}" if names else None)
    return _at(node, "V322", f'{owner} has no field "{name}"', hint)


def no_fields(node: Node, shown: str, kind: Type, name: str) -> Problem:
    return _at(node, "V322", f'{shown} is {phrase(kind)} and has no field "{name}"')


def unknown_function(node: Node, name: str, known: Iterable[str]) -> Problem:
    names = list(known)
    return _at(
        node,
        "V323",
        f'there is no function "{name}"',
        did_you_mean(name, names) or "docs/diagnostics/V323.md lists the functions",
    )


def unknown_method(node: Node, name: str, kind: Type, known: Iterable[str]) -> Problem:
    names = list(known)
    hint = did_you_mean(name, names) or (f"it has {_one_of(names)}" if names else None)
    return _at(node, "V323", f'{phrase(kind)} has no function "{name}"', hint)


def wrong_arity(node: Node, name: str, expected: Iterable[int], found: int) -> Problem:
    counts = " or ".join(str(count) for count in sorted(set(expected)))
    plural = "" if counts == "1" else "s"
    return _at(node, "V324", f"{name}() takes {counts} argument{plural}, found {found}")


def wrong_argument(node: Node, name: str, expected: Iterable[Type], found: Type) -> Problem:
    wanted = " or ".join(dict.fromkeys(map(phrase, expected)))
    return _at(node, "V325", f"{name} takes {wanted} here, found {phrase(found)}")


def wrong_operands(node: Node, operator: str, left: Type, right: Type, hint: str | None = None) -> Problem:
    return _at(node, "V325", f"{operator} does not work on {phrase(left)} and {phrase(right)}", hint)


def wrong_operand(node: Node, operator: str, kind: Type, hint: str | None = None) -> Problem:
    return _at(node, "V325", f"{operator} does not work on {phrase(kind)}", hint)


def no_order(node: Node, kind: Type) -> Problem:
    return _at(
        node, "V325", f"{phrase(kind)} is neither less nor greater than another", 'compare with == or in ["…", "…"]'
    )


def not_a_list(node: Node, kind: Type, hint: str | None = None) -> Problem:
    return _at(node, "V325", f"in looks into a list or a map, found {phrase(kind)}", hint)


def no_range(node: Node, macro: str, kind: Type) -> Problem:
    return _at(node, "V325", f"{macro}() goes through a list or a map, found {phrase(kind)}")


def wrong_result(node: Node, expected: Type, found: Type) -> Problem:
    hint = None
    if expected == BOOL:
        hint = "a condition is true or false: compare this with something"
    elif expected == DOUBLE and found == INT:
        hint = "write double(…) around it"
    return _at(node, "V326", f"expected {phrase(expected)}, found {phrase(found)}", hint)


def unknown_enum_value(node: Node, value: str, values: Iterable[str], beside: str | None) -> Problem:
    names = list(values)
    said = f'{beside} is never "{value}"' if beside else f'"{value}" is none of the values that can stand here'
    return _at(node, "V327", said, did_you_mean(value, names) or f"it is one of {_one_of(names)}")


def unknown_state(node: Node, value: str, machine: str, states: Iterable[str]) -> Problem:
    names = list(states)
    return _at(
        node, "V328", f'{machine} has no state "{value}"', did_you_mean(value, names) or f"it has {_one_of(names)}"
    )


def unknown_group(node: Node, name: str, machine: str, groups: Iterable[str]) -> Problem:
    names = list(groups)
    known = f"its groups are {_one_of(names)}" if names else f"{machine} declares no groups"
    return _at(node, "V328", f'{machine} has no group of states "{name}"', did_you_mean(name, names) or known)


def never_equal(node: Node, left: Type, right: Type, hint: str | None = None) -> Problem:
    return _at(node, "V329", f"{phrase(left)} and {phrase(right)} are never equal", hint)


def currency_mismatch(node: Node, left: str, right: str) -> Problem:
    return _at(
        node, "V330", f"money in {left} cannot be compared with money in {right}", "compare money of one currency"
    )


def money_beside_number(node: Node, shown: str) -> Problem:
    return _at(
        node,
        "V330",
        "money is compared with money, not with a number",
        f'write the currency, as in "500.00 EUR", or compare {shown}.amount in minor units',
    )


def bare_date(node: Node, value: str) -> Problem:
    return _at(
        node,
        "V331",
        f'"{value}" is a day, not an instant: it begins at another time in every zone',
        f'write the instant, such as "{value}T00:00:00Z" or "{value}T00:00:00+01:00"',
    )


def date_beside_timestamp(node: Node) -> Problem:
    return _at(
        node,
        "V331",
        "a date and a timestamp cannot be compared: a day begins at another time in every zone",
        "compare dates with dates and instants with instants",
    )


def unreadable(node: Node, reason: str, wanted: Type) -> Problem:
    return _at(node, "V332", reason, f"{phrase(wanted)} is expected here")


def working_days(node: Node, value: str) -> Problem:
    return _at(
        node,
        "V332",
        f'"{value}" counts working days, which only a calendar knows',
        "use 24-hour days such as 2d here; deadlines in working days belong to an SLA",
    )


def may_be_missing(node: Node, shown: str, relation: bool) -> Problem:
    base, _, field = shown.rpartition(".")
    default = f"{base}.?{field}{'.?…' if relation else ''}.orValue(…)"
    return _at(node, "V333", f"{shown} may be missing", f"ask first: has({shown}) && …, or give a default: {default}")


def optional_not_taken(node: Node, kind: Type) -> Problem:
    return _at(node, "V333", f"this is {phrase(kind)}: there may be no value", "give a default with .orValue(…)")


def mixed_list(node: Node, first: Type, other: Type) -> Problem:
    return _at(node, "V334", f"a list holds one type; this item is {phrase(other)} after {phrase(first)}")


def mixed_branches(node: Node, first: Type, other: Type) -> Problem:
    return _at(node, "V334", f"both results of ? : must be of one type, found {phrase(first)} and {phrase(other)}")


def changed_form(node: Node, subject: str | None) -> Problem:
    example = f"changed({subject}.status)" if subject else "a rule's condition on an event"
    return _at(node, "V335", "changed() asks about one field of the event's subject", f"write {example}")


def changed_elsewhere(node: Node, subject: str | None) -> Problem:
    if subject is None:
        return _at(node, "V335", "there is no event here, so nothing changed", "remove changed()")
    return _at(
        node,
        "V335",
        f"an event changes its subject only, which is {subject} here",
        f"ask changed({subject}.…), or let the rule start with an event of the other entity",
    )


def count_moves_form(node: Node) -> Problem:
    return _at(
        node,
        "V336",
        "count_moves() takes an entity, a transition or state in quotes, and a duration",
        'write count_moves(package, "REOPEN", "30d")',
    )


def unknown_move(node: Node, name: str, machine: str, known: Iterable[str]) -> Problem:
    names = list(known)
    return _at(
        node,
        "V336",
        f'{machine} has no transition or state "{name}"',
        did_you_mean(name, names) or f"it has {_one_of(names)}",
    )


def never_there(node: Node, name: str) -> Problem:
    return _at(node, "V337", f"{name} has no fields here: the entity has only just been created", f"remove {name}")


def sometimes_there(node: Node, shown: str) -> Problem:
    name = shown.partition(".")[0]
    return _at(
        node,
        "V338",
        f"{name} has no fields when the entity has just been created, and the condition is errored then",
        f"ask has({shown}) first",
    )


def contradiction(node: Node, shown: str, first: str) -> Problem:
    return _at(node, "V339", f"this can never hold together with {first}", f"{shown} has one value at a time")


def compared_with_null(node: Node, shown: str | None) -> Problem:
    asked = f"ask !has({shown})" if shown else "ask with has()"
    return _at(node, "V340", "no field is ever null; a value is there or it is missing", asked)


def too_deep(node: Node, limit: int) -> Problem:
    return _at(
        node,
        "V341",
        f"the expression is nested more than {limit} levels deep",
        "write it as several lines under all: or any:",
    )


def too_many_rounds(node: Node, limit: int) -> Problem:
    return _at(
        node,
        "V341",
        f"more than {limit} rounds such as exists or map stand in each other",
        "write it as several lines under all: or any:",
    )


def too_large(node: Node, limit: int) -> Problem:
    return _at(node, "V341", f"the condition has more than {limit} parts", "split it into several rules")


def unsupported(node: Node, what: str, hint: str | None = None) -> Problem:
    return _at(node, "V345", f"{what} cannot be used in a document", hint)


def bad_pattern(node: Node, reason: str) -> Problem:
    return _at(
        node,
        "V346",
        f"this is no regular expression: {reason}",
        "patterns are RE2: no look-around and no back-references",
    )


def always_fails(node: Node, reason: str) -> Problem:
    """A part that has no value, whatever the facts are."""
    return _at(node, "V347", f"this always fails: {reason}", "no fact can change that")


def always_alike(node: Node, *, holds: bool) -> Problem:
    """A part that is true, or false, whatever the facts are."""
    said = "always holds" if holds else "never holds"
    return _at(node, "V348", f"this {said}: it asks for no fact", "compare with a field, or leave it out")


# Blocks and texts: these speak about the document around expressions.


def block_key(key: str) -> tuple[str, str, str | None]:
    return (
        "V342",
        f'a condition has no key "{key}"',
        did_you_mean(key, ("all", "any", "none")) or "use all:, any: or none: with a list of lines",
    )


def block_shape(found: str) -> tuple[str, str, str | None]:
    return ("V342", f"expected a condition, found {found}", "write an expression, or a list under all:, any: or none:")


def block_list(key: str) -> tuple[str, str, str | None]:
    return ("V342", f"{key}: holds a list of conditions", f"write the lines under {key}:, each after a dash")


def block_empty(key: str) -> tuple[str, str, str | None]:
    return ("V342", f"{key}: holds no condition", "write at least one line, or leave the key out")


def block_too_deep(limit: int) -> tuple[str, str, str | None]:
    return ("V341", f"conditions are nested more than {limit} blocks deep", "join the inner blocks")


def unclosed_interpolation(offset: int) -> Problem:
    return Problem(offset, 2, "V343", "this {{ has no }}", "write {{ expression }}")


def empty_interpolation(offset: int, length: int) -> Problem:
    return Problem(offset, length, "V343", "there is no expression between {{ and }}", "write {{ booking.code }}")


def not_shown_as_text(node: Node, kind: Type) -> Problem:
    return _at(
        node, "V344", f"{phrase(kind)} cannot be shown in a text", "name one of its fields, or something with one value"
    )
