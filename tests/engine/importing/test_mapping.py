"""What a mapping document is told about its mistakes, and what it means where it is silent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.diagnostics import Diagnostic
from engine.events.envelope import decode
from engine.importing.model import ImportMapping
from engine.importing.run import import_log

Parsed = Callable[[str], tuple[ImportMapping | None, list[Diagnostic]]]

HEAD = "entity: case\ncase: id\nstate: state\ntime: at\n"
MISTAKES = {
    "entity: cas\ncase: id\nstate: state\ntime: at\n": ("V821", 1, 9, 'did you mean "case"?'),
    "entity: case\ncase: {columns: [a, b]}\nstate: state\ntime: at\nfields: {count: {}}\n": ("V2", 2, 8, "join"),
    HEAD + "fields:\n  ower: {}\n": ("V822", 6, 3, 'did you mean "owner"?'),
    HEAD + "fields:\n  client: {}\n": ("V822", 6, 3, "it is a relation"),
    HEAD + "relations:\n  owner: x\n": ("V822", 6, 3, "it is a field"),
    HEAD + "fields:\n  fee: {}\n": ("V826", 6, 3, "currency: EUR"),
    HEAD + "fields:\n  fee: amount\n": ("V826", 6, 3, "currency: EUR"),
    HEAD + "fields:\n  count: {unit: major}\n": ("V825", 6, 11, "remove unit"),
    HEAD + "fields:\n  owner: {format: iso}\n": ("V825", 6, 11, "remove format"),
    HEAD + "fields:\n  due: {timezone: Europe/Lisboa}\n": ("V823", 6, 19, "IANA"),
    HEAD + 'fields:\n  due: {format: "%Q"}\n': ("V824", 6, 17, "iso"),
    HEAD + 'fields:\n  due: {format: "DD.MM.YYYY"}\n': ("V824", 6, 17, "iso"),
    "entity: case\ncase: id\nstate: state\ntime: {column: at, timezone: Mars}\n": ("V823", 4, 30, "IANA"),
    HEAD + "where: rwo.x == 1\n": ("V3", 5, 8, 'did you mean "row"?'),
    HEAD + "blank: forget\n": ("V2", 5, 8, ""),
    HEAD + "field: {}\n": ("V2", 5, 1, "fields"),
    "entity: case\ncase: id\ntime: at\n": ("V2", 1, 1, ""),
    HEAD + "case: other\n": ("V1", 5, 1, ""),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_told_at_its_place_with_what_to_do(parsed: Parsed, text: str) -> None:
    code, line, column, hint = MISTAKES[text]
    mapping, found = parsed(text)
    assert mapping is None
    errors = [one for one in found if one.severity == "error"]
    assert [(one.code.startswith(code), one.place.line, one.place.column) for one in errors] == [(True, line, column)]
    assert hint in (errors[0].hint or "")


def test_a_required_field_that_nothing_fills_is_a_warning(parsed: Parsed) -> None:
    mapping, found = parsed(HEAD)
    assert mapping is not None
    assert [(one.code, one.severity) for one in found] == [("V828", "warning")]
    assert "count" in found[0].message


def test_an_entity_behind_one_that_takes_all_is_a_warning(parsed: Parsed) -> None:
    entity = "  - {entity: case, case: id, state: state, fields: {count: {}}}\n"
    mapping, found = parsed(f"entities:\n{entity}{entity}time: at\n")
    assert mapping is not None
    assert [(one.code, one.severity, one.place.line) for one in found] == [("V827", "warning", 3)]
    assert len(mapping.entities) == 1


@pytest.mark.parametrize(
    ("fields", "row", "changes"),
    [
        # A field is its column, a timestamp is written as the log's time is, and blanks clear.
        ("{count: {}, due: {}}", "1,1/2/2016 9:05", {"count": (None, 1), "due": (None, "2016-02-01T08:05:00Z")}),
        ("{count: count, due: due}", "1,1/2/2016 9:05", {"count": (None, 1), "due": (None, "2016-02-01T08:05:00Z")}),
        ("{count: due, owner: count}", "x,7", {"count": (None, 7), "owner": (None, "x")}),
        ("{count: {}, due: {format: iso}}", "1,2016-02-01 09:05:00", {"due": (None, "2016-02-01T08:05:00Z")}),
        ("{count: {}, due: {format: iso, timezone: UTC}}", "1,2016-02-01", {"due": (None, "2016-02-01T00:00:00Z")}),
        ("{count: {}, day: {column: due}}", "1,2016-02-01T23:30:00-05:00", {"day": (None, "2016-02-01")}),
        ('{count: {}, day: {column: due, format: "%d.%m.%Y"}}', "1,1.2.2016", {"day": (None, "2016-02-01")}),
        ("{count: {missing: [n]}, due: {}}", "n,", {}),
    ],
)
def test_where_a_mapping_is_silent(
    parsed: Parsed, tmp_path: Path, fields: str, row: str, changes: dict[str, object]
) -> None:
    text = (
        "entity: case\ncase: id\nstate: state\n"
        f'time: {{column: at, format: "%d/%m/%Y %H:%M", timezone: Europe/Berlin}}\nfields: {fields}\n'
    )
    mapping, found = parsed(text)
    assert mapping is not None, found
    log = tmp_path / "log.csv"
    log.write_text(f"id,state,at,count,due\na,New,3/3/2016 10:00,{row}\n")
    lines: list[bytes] = []
    account = import_log(log, mapping, lines.append)
    assert account.skipped == ()
    got = decode(lines[1]).changes
    assert {name: got.get(name) for name in changes} == changes
    assert len(got) == len(changes) + ("count" in got and "count" not in changes)
