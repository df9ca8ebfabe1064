"""Every character of a text knows its place in the file, through quotes, escapes, folding and indentation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics import Diagnostic
from engine.reading import Mapping, Scalar, Sequence, Source, read_text

DOCUMENT = """\
plain: booking.code != "x"
single: 'it''s "here"'
double: "tab\\there \\u00e9 end \\\\"
literal: |
  first line
    indented

  last
folded: >-
  booking.status == "a"
  && booking.code != ""

  || true
plain lines: one
  two
  three

  four
double lines: "one
  two\\
  three

  four"
kept: |+
  text

list:
  - literal in a list: |2
        four more
      two
  - {flow: [a b, "c\\x41d"]}
"""


def read(text: str) -> tuple[Mapping, Source]:
    found: list[Diagnostic] = []
    source = Source("x.yaml", text)
    root = read_text(source, found.append)
    assert found == []
    assert root is not None
    return root, source


def scalars(node: object) -> list[Scalar]:
    if isinstance(node, Scalar):
        return [node]
    if isinstance(node, Mapping):
        return [s for key, value in node.entries for s in (key, *scalars(value))]
    assert isinstance(node, Sequence)
    return [s for item in node.items for s in scalars(item)]


def written_at(scalar: Scalar, offset: int, source: Source) -> str:
    place = scalar.place_at(offset)
    line = source.line(place.line)
    assert line is not None
    return line[place.column - 1 :]


def assert_places(text: str) -> None:
    root, source = read(text)
    for scalar in scalars(root):
        for offset, character in enumerate(scalar.text):
            written = written_at(scalar, offset, source)
            if character == "\n" or (character == " " and not written.startswith(" ")):
                # A line break, or the blank that stands for one.
                assert written.strip() == "" or written.startswith("\\n"), (scalar, offset, written)
            elif character == "'" and scalar.style == "'":
                assert written.startswith("''")
            else:
                assert written.startswith((character, "\\")), (scalar, offset, written)


def test_every_style_of_text_keeps_its_places():
    assert_places(DOCUMENT)


@pytest.mark.parametrize("break_", ["\r\n", "\r"])
def test_places_survive_other_line_breaks(break_: str):
    assert_places(DOCUMENT.replace("\n", break_))


@pytest.mark.parametrize(
    ("text", "offset", "line", "column"),
    [
        ("key: booking.code", 8, 1, 14),
        ('key: "a\\tb"', 2, 1, 10),
        ("key: 'it''s'", 3, 1, 11),
        ("key: |\n  ab\n  cd\n", 3, 3, 3),
        ("key: >\n  ab\n  cd\n", 3, 3, 3),
        ("key: ab\n  cd", 3, 2, 3),
        ("key: >-\n\n  ab\n", 1, 3, 3),
        ("- key: |2\n     ab\n", 1, 2, 6),
        ("key: |  # why\n  ab\n", 0, 2, 3),
        ("key: ab", 2, 1, 8),
        ("key: |\n  ab\n", 2, 2, 5),
        ('"\U0001f600": x\nkey: "\U0001f600y"', 1, 2, 8),
    ],
)
def test_a_place_counts_lines_and_characters_from_one(text: str, offset: int, line: int, column: int):
    if text.startswith("-"):
        text = "list:\n" + text
        line += 1
    root, _ = read(text)
    last = scalars(root)[-1]
    place = last.place_at(offset)
    assert (place.line, place.column) == (line, column)


TEXTS = st.text(st.sampled_from("ab \n'\"\\é#:"), min_size=1, max_size=24)


@given(TEXTS, st.sampled_from(["'", '"', "|", ">", "|-", ">-", "|+", ">+"]))
def test_any_text_in_any_style_keeps_its_places(text: str, style: str):
    if style == '"':
        body = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    elif style == "'":
        body = "'" + text.replace("'", "''") + "'"
    else:
        body = style + "\n" + "\n".join(f"   {line}" for line in ("x" + text).split("\n"))
    document = f"key:\n  deeper: {body}\n".replace('"\n', '"\n')
    lines = document.split("\n")
    document = "\n".join(
        [lines[0], lines[1], *(f"   {line}" if style in "'\"" and line else line for line in lines[2:])]
    )
    assert_places(document)


def test_a_node_begins_where_it_is_written():
    root, _ = read("a:\n  - b: 1\n    c: {d: 2}\n")
    listed = root.get("a")
    assert isinstance(listed, Sequence)
    item = listed.items[0]
    assert isinstance(item, Mapping)
    inner = item.get("c")
    assert inner is not None
    assert (listed.place.line, listed.place.column) == (2, 3)
    assert (item.place.line, item.place.column) == (2, 5)
    assert (inner.place.line, inner.place.column, inner.length) == (3, 8, 6)
