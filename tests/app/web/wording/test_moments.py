"""How instants and reasons are written where nobody has chosen a language: in English."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import g

from app.web.app import create_app
from app.web.wording import moments
from app.web.wording.words import reason_by
from tests.app.web.conftest import Agency

AT = "2026-12-03T09:00:12Z"


def test_english_dates_have_the_day_first():
    assert moments.day(AT) == "Thu, 3 Dec 2026"
    assert moments.period(AT, "2026-12-03T18:00:00Z") == "Thu, 3 Dec 2026, 09:00–18:00 UTC"
    assert moments.full(AT).startswith("Thursday, 3 December 2026")
    assert moments.month(AT) == "December 2026"


def test_a_date_of_another_year_says_which(house: Agency):
    with create_app(house.platform).test_request_context():
        assert moments.day_hour(AT) == "3 Dec, 09:00"
        assert moments.day_hour("2027-12-03T09:00:12Z") == "3 Dec 2027, 09:00"
        g.locale, g.zone = "ru", ZoneInfo("Asia/Kathmandu")
        assert moments.day_hour("2026-12-31T18:15:00Z") == "1 янв. 2027\N{NARROW NO-BREAK SPACE}г., 00:00"


def test_a_reason_that_a_rule_names_is_said_in_words_and_a_persons_stands_as_written():
    assert reason_by("rule:raise-late-cancellation@1", "late_cancellation") == "Late cancellation"
    assert reason_by("rule:give-up-option@1", "The booking fell through") == "The booking fell through"
    assert reason_by("us_000001", "too_late") == "too_late"
