"""Reasons and those who act from outside, in words: names are never shown as documents write them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, g

from app.web.pages.records.happenings import OUTSIDE, outside
from app.web.wording.words import reason_by


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """A request whose language is known."""
    with Flask("test").test_request_context():
        g.locale = lang
        yield


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Paid after it was released"), ("ru", "Оплата после отмены")], ids=["en", "ru"]
)
def test_a_reason_that_a_rule_gives_by_name_is_said_in_words(lang: str, said: str) -> None:
    with speaking(lang):
        assert reason_by("rule:catch-late-deposit@1", "paid_after_release") == said


def test_what_a_person_wrote_stands_as_they_wrote_it() -> None:
    with speaking("ru"):
        assert reason_by("us_000001", "paid_after_release") == "paid_after_release"


def test_who_acts_from_outside_has_a_name_in_both_languages() -> None:
    for actor in OUTSIDE:
        told = set()
        for lang in ("en", "ru"):
            with speaking(lang):
                told.add(outside(actor))
        assert len(told) == 2
        assert actor not in told
    assert outside("us_000001") == ""
