"""Short messages: the alphabets of 3GPP TS 23.038, and where a long text is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.templates.locales import lookup, shorter
from engine.templates.segments import BASIC, EXTENSION, Segments, segments


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Segments("GSM-7", 0, 1)),
        ("a" * 160, Segments("GSM-7", 160, 1)),
        ("a" * 161, Segments("GSM-7", 161, 2)),
        ("a" * 306, Segments("GSM-7", 306, 2)),
        ("a" * 307, Segments("GSM-7", 307, 3)),
        ("€" * 80, Segments("GSM-7", 160, 1)),
        ("a" + "€" * 80, Segments("GSM-7", 161, 2)),
        ("a" * 152 + "€" + "a" * 152, Segments("GSM-7", 306, 3)),
        ("Äöüß ÆØå @£$¥ {[~]}", Segments("GSM-7", 24, 1)),
        ("ç", Segments("UCS-2", 1, 1)),
        ("Ç", Segments("GSM-7", 1, 1)),
        ("я" * 70, Segments("UCS-2", 70, 1)),
        ("я" * 71, Segments("UCS-2", 71, 2)),
        ("я" * 135, Segments("UCS-2", 135, 3)),
        ("🎉" * 35, Segments("UCS-2", 70, 1)),
        ("я" + "🎉" * 66, Segments("UCS-2", 133, 2)),
        ("🎉" * 67, Segments("UCS-2", 134, 3)),
        ("`", Segments("UCS-2", 1, 1)),
    ],
)
def test_how_many_messages_a_text_takes(text: str, wanted: Segments):
    assert segments(text) == wanted


def test_the_alphabet_has_its_size():
    assert len(BASIC) == 127, "128 positions, one of which is the escape"
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


@given(st.text(max_size=400))
def test_units_are_those_of_the_encoding(text: str):
    found = segments(text)
    if found.encoding == "UCS-2":
        assert found.units == len(text.encode("utf-16-le", "surrogatepass")) // 2
    alone, together = (160, 153) if found.encoding == "GSM-7" else (70, 67)
    assert found.count == 1 if found.units <= alone else (found.count - 1) * (together - 1) < found.units
    assert found.units <= max(alone, found.count * together)


@pytest.mark.parametrize(
    ("asked", "fallback", "wanted"),
    [
        ("ru-RU", "en", "ru"),
        ("zh-Hant-TW", "en", "zh-hant"),
        ("fr", "en", "en"),
        ("fr", "en-GB", "en"),
        ("x", "y", None),
    ],
)
def test_a_text_is_looked_up_from_the_longest_tag_to_the_fallback(asked: str, fallback: str, wanted: str | None):
    assert lookup(asked, fallback, ["en", "ru", "zh-hant"]) == wanted


def test_a_single_letter_goes_with_what_it_introduces():
    assert list(shorter("zh-Hant-CN-x-private1")) == ["zh-hant-cn-x-private1", "zh-hant-cn", "zh-hant", "zh"]
