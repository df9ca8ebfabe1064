"""The wire form: what is written is read back, and equal events are equal bytes."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.conditions.values import Timestamp
from engine.events.envelope import Actor, WireEvent, actor_of, as_json, decode, encode, is_import_creation

TEXT = some.text(some.characters(exclude_categories=["Cs"]), max_size=8)
JSON = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**63), 2**63 - 1) | some.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
OBJECT = some.dictionaries(TEXT, JSON, max_size=3)
EVENTS = some.builds(
    WireEvent,
    id=TEXT,
    type=TEXT,
    time=some.integers(-62_135_596_800_000_000_000, 253_402_300_799_999_999_999).map(Timestamp),
    source=TEXT,
    subject=TEXT,
    data=OBJECT,
    cause=some.none() | TEXT,
    root=some.none() | TEXT,
    depth=some.integers(0, 16),
    actor=some.none() | TEXT | some.builds(Actor, id=TEXT, roles=some.lists(TEXT, max_size=2)),
    release=some.none() | some.integers(0, 9) | TEXT,
    changes=some.dictionaries(TEXT, some.tuples(JSON, JSON), max_size=2),
    versions=some.dictionaries(TEXT, some.integers(0, 9), max_size=2),
    facts=some.dictionaries(TEXT, some.dictionaries(TEXT, OBJECT, max_size=2), max_size=2),
    labels=OBJECT,
)


@given(EVENTS)
def test_what_is_written_is_read_back(event: WireEvent) -> None:
    line = encode(event)
    assert b"\n" not in line
    assert decode(line) == event
    assert encode(decode(line)) == line
    assert as_json(event) == json.loads(line)


def test_keys_have_one_order_and_empty_ones_are_left_out() -> None:
    event = WireEvent(id="e", type="a.created", time=Timestamp(0), data={"b": {"z": 1, "a": 2}, "a": None})
    assert encode(event) == (
        b'{"specversion":"1.0","id":"e","type":"a.created","time":"1970-01-01T00:00:00Z",'
        b'"data":{"a":null,"b":{"a":2,"z":1}}}'
    )


@pytest.mark.parametrize("text", ["2026-03-27T10:00:00Z", "2026-03-27 10:00:00Z", "2026-03-27t12:00:00.000+02:00"])
def test_ways_to_write_an_instant(text: str) -> None:
    event = decode(json.dumps({"id": "e", "type": "a.b", "time": text}).encode())
    assert event.time == Timestamp.parse("2026-03-27T10:00:00Z")
    assert type(event.time) is Timestamp


@pytest.mark.parametrize(
    "text",
    ["2026-03-27T10:00:00", "2026-W13-5T10:00:00Z", "2026-03-27T24:00:00Z", "20260327T100000.0Z12", "2026-02-30T10:00:00Z", ""],
)  # fmt: skip
def test_what_is_no_instant(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(json.dumps({"id": "e", "type": "a.b", "time": text}).encode())


def test_an_actor_has_two_forms_and_one_meaning() -> None:
    def event(actor: Any) -> WireEvent:
        return decode(json.dumps({"id": "e", "type": "a.b", "time": "2026-03-27T10:00:00Z", "actor": actor}).encode())

    assert actor_of(event("u1")) == Actor("u1") == actor_of(event({"id": "u1"}))
    assert actor_of(event({"id": "u1", "roles": ["R"], "queues": ["q"]})) == Actor("u1", ["R"], ["q"])
    assert actor_of(event(None)) is None


def test_foreign_attributes_are_passed_over() -> None:
    line = b'{"specversion":"1.0","datacontenttype":"application/json","id":"e","type":"a.b","time":"2026-03-27T10:00:00Z"}'
    assert decode(line).id == "e"


def test_an_attribute_that_is_null_is_missing() -> None:
    line = b'{"id":"e","type":"a.b","time":"2026-03-27T10:00:00Z","subject":null,"data":null,"depth":null,"changes":{"x":[null,1]}}'
    assert decode(line) == WireEvent(
        id="e", type="a.b", time=Timestamp.parse("2026-03-27T10:00:00Z"), changes={"x": (None, 1)}
    )
    with pytest.raises(msgspec.ValidationError, match="type"):
        decode(b'{"id":"e","type":null,"time":"2026-03-27T10:00:00Z"}')


def test_a_creation_by_an_import_is_known_by_its_source() -> None:
    made = WireEvent(id="e", type="a.created", time=Timestamp(0), source="import:1234")
    assert is_import_creation(made)
    assert not is_import_creation(msgspec.structs.replace(made, source="agency"))
    assert not is_import_creation(msgspec.structs.replace(made, type="a.status_changed"))
    assert (made.machine, made.name) == ("a", "created")
