"""Plain texts mean what YAML 1.2's core schema says (section 10.3.2), whatever older readers thought."""

from __future__ import annotations

import pytest

from engine.diagnostics import Diagnostic
from engine.reading import Mapping, Scalar, Source, data, read_text


def read(text: str) -> Mapping:
    found: list[Diagnostic] = []
    root = read_text(Source("x.yaml", text), found.append)
    assert found == []
    assert root is not None
    return root


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("Null", None),
        ("~", None),
        ("", None),
        ("nil", "nil"),
        ("010", 10),
        ("+7", 7),
        ("-0", 0),
        ("0o10", 8),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("190:20:30", "190:20:30"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        (".", "."),
        ("+", "+"),
        ("-.", "-."),
        ("1.2.3", "1.2.3"),
        ("2026-03-27", "2026-03-27"),
        ("2026-03-27T10:00:00Z", "2026-03-27T10:00:00Z"),
        ("=", "="),
        ("<<", "<<"),
        ("9223372036854775807", 9223372036854775807),
        ("-9223372036854775808", -9223372036854775808),
        ('"5"', "5"),
        ("'true'", "true"),
        ('""', ""),
        ("|-\n  5", "5"),
    ],
)
def test_a_value_means_what_yaml_1_2_says(written: str, meant: object):
    value = data(read(f"key: {written}\n"))
    assert value == {"key": meant}
    assert isinstance(value, dict)
    assert type(value["key"]) is type(meant)


def test_keys_are_always_texts():
    assert data(read("on: 1\n12: 2\nnull: 3\ntrue: 4\n2026-01-01: 5\n")) == {
        "on": 1,
        "12": 2,
        "null": 3,
        "true": 4,
        "2026-01-01": 5,
    }


def test_a_merge_key_is_an_ordinary_key():
    assert data(read("<<: {a: 1}\nb: 2\n")) == {"<<": {"a": 1}, "b": 2}


def test_a_byte_order_mark_and_every_line_break_are_read():
    for break_ in ("\n", "\r\n", "\r"):
        root = read(f"a: 1{break_}b:{break_}  - x{break_}  - y{break_}")
        assert data(root) == {"a": 1, "b": ["x", "y"]}
        assert root.key("b").place.line == 2


def test_a_node_knows_how_it_was_written():
    root = read("plain: a\nsingle: 'a'\ndouble: \"a\"\nblock: |\n  a\n")
    styles = {key.text: node.quoted for key, node in root.entries if isinstance(node, Scalar)}
    assert styles == {"plain": False, "single": True, "double": True, "block": True}


def test_entries_keep_the_order_of_the_document():
    assert [key.text for key, _ in read("b: 1\na: 2\nc: 3\n").entries] == ["b", "a", "c"]
