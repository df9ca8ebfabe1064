"""Blocks: their structure, how their lines combine, and where each line stands."""

from __future__ import annotations

import itertools

import pytest

from engine.conditions.block import Block, Line, parse_block
from engine.conditions.group import Group, combine, required
from tests.engine.conditions.agency import condition, node_of


def structure(part: Block | Line) -> object:
    return part.expression if isinstance(part, Line) else (part.kind, [structure(one) for one in part.parts])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("condition: a", "a"),
        ("condition: {all: [a, b]}", ("all", ["a", "b"])),
        ("condition: {any: [a]}", ("any", ["a"])),
        ("condition: {none: [a], all: [b]}", ("all", [("none", ["a"]), ("all", ["b"])])),
        ("condition: {all: [a, {any: [b, {none: [c]}]}]}", ("all", ["a", ("any", ["b", ("none", ["c"])])])),
    ],
)
def test_structure(text: str, expected: object):
    assert structure(parse_block(node_of(text + "\n"))) == expected


def test_lines_come_in_document_order_with_their_places():
    checked = condition(
        "\n  any:\n    - booking.urgent\n    - none:\n        - >-\n          booking.guests > 1\n"
        "          && booking.guests < 9\n  all:\n    - 'has(booking.notes)'\n"
    )
    assert [(line.expression, line.place.line, line.place.column) for line in checked.lines] == [
        ("booking.urgent", 3, 7),
        ("booking.guests > 1 && booking.guests < 9", 6, 11),
        ("has(booking.notes)", 9, 8),
    ]


VERDICTS = (True, False, "error")


def cel_and(values: tuple[object, ...]) -> object:
    return False if False in values else "error" if "error" in values else True


def cel_or(values: tuple[object, ...]) -> object:
    return True if True in values else "error" if "error" in values else False


@pytest.mark.parametrize("values", list(itertools.product(VERDICTS, repeat=3)))
def test_lines_combine_with_absorption(values: tuple[object, ...]):
    def verdict(kind: str) -> object:
        return combine(Group(kind, (0, 1, 2)), lambda line: values[line])  # type: ignore[arg-type]

    either = cel_or(values)
    assert verdict("all") == cel_and(values)
    assert verdict("any") == either
    assert verdict("none") == ("error" if either == "error" else not either)


def test_lines_that_must_hold():
    group = Group("all", (0, Group("any", (1, 2)), Group("none", (3,)), Group("any", (Group("all", (4, 5)),))))
    assert required(group) == [0, 4, 5]
