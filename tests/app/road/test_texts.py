"""What a text must be to stand for something."""

from __future__ import annotations

import pytest

from app.road.texts import is_address, is_locale, lacks_ending, unreadable


@pytest.mark.parametrize(
    ("text", "address", "unended"),
    [
        ("anna@example.com", True, False),
        ("a.b+c@sub.example.co", True, False),
        ("анна@почта.рф", True, False),
        ("anna@example", False, True),
        ("anna@example.c", False, True),
        ("anna", False, False),
        ("anna@", False, False),
        ("a@b.example, c@d.example", False, False),
        ("<a@b.example>", False, False),
        ("anna@example..com", False, False),
        ("a\x00@example.com", False, False),
        ("anna@example.com\n", False, False),
        ("a" * 65 + "@example.com", False, False),
        ("a@" + "example." * 40 + "com", False, False),
    ],
)
def test_an_address_has_a_mailbox_and_a_domain_with_an_ending(text: str, address: bool, unended: bool):
    assert is_address(text) == address
    if len(text) < 200:
        assert lacks_ending(text) == unended


@pytest.mark.parametrize(
    ("text", "known"),
    [("en", True), ("pt-BR", True), ("zh-Hant-TW", True), ("", False), ("english", False), ("e", False)],
)
def test_a_locale_is_a_language_there_is(text: str, known: bool):
    assert is_locale(text) == known


def test_line_breaks_are_readable_where_there_are_lines():
    assert not unreadable("one\r\n\ttwo", lines=True)
    assert unreadable("one\ntwo", lines=False)
    for one in ("\x00", "\x1b", "\x7f", "\x85", "\ud800"):
        assert unreadable(one, lines=True)
