"""Places inside texts that are written as they read, which takes no walking, beside those that are not."""

from __future__ import annotations

import pytest

from engine.reading.offsets import indices


@pytest.mark.parametrize(
    ("source", "text", "style", "expected"),
    [
        ("abc", "abc", "", [0, 1, 2, 3]),
        ("'abc'", "abc", "'", [1, 2, 3, 4]),
        ('"abc"', "abc", '"', [1, 2, 3, 4]),
        ("''", "", "'", [1]),
        ("'it''s'", "it's", "'", [1, 2, 3, 5, 6]),
        (r'"a\tb"', "a\tb", '"', [1, 2, 4, 5]),
        ("'a\n  b'", "a b", "'", [1, 2, 5, 6]),
        ("|\n  a\n", "a\n", "|", [4, 5, 6]),
    ],
)
def test_every_character_is_where_it_was_written(source, text, style, expected):
    assert list(indices(source, 0, len(source), text, style)) == expected
