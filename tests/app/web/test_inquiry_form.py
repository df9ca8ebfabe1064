"""What people type into the inquiry form, and how it is read."""

from __future__ import annotations

from datetime import UTC, datetime
from string import Formatter
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commands.web_inquiries import Asked
from app.web.public import form, tokens, zones
from app.web.public.wording import LOCALES, WORDS

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CATEGORIES = ["editorial", "runway"]
GOOD = {
    "category": "runway",
    "starts_at": "2026-04-10T10:00",
    "ends_at": "2026-04-11T18:00",
    "zone": "Europe/Paris",
    "name": "Claire Vasseur",
    "email": "claire@maison.example",
}


def checked(**changes: str) -> tuple[Asked | None, dict[str, str]]:
    asked, mistakes = form.check(form.read({**GOOD, **changes}), CATEGORIES, "en", NOW)
    assert (asked is None) == bool(mistakes)
    return asked, {name: mistake.sentence for name, mistake in mistakes.items()}


def test_times_are_read_in_the_senders_zone():
    asked, _ = checked()
    assert asked is not None
    assert (asked.starts_at, asked.ends_at) == ("2026-04-10T08:00:00Z", "2026-04-11T16:00:00Z")


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("name", "", "name_missing"),
        ("name", "   ", "name_missing"),
        ("name", "x" * 301, "too_long"),
        ("name", "a\0b", "unreadable"),
        ("message", "a\0b", "unreadable"),
        ("message", "x" * 5_001, "too_long"),
        ("email", "", "contact_missing"),
        ("email", "claire", "mail_wrong"),
        ("email", "claire@maison", "mail_end"),
        ("email", "a@b.example, c@d.example", "mail_wrong"),
        ("email", "<a@b.example>", "mail_wrong"),
        ("phone", "030 123456", "phone_wrong"),
        ("phone", "+49", "phone_wrong"),
        ("phone", "+49 30 CALL-ME", "phone_wrong"),
        ("category", "", "category_missing"),
        ("category", "weddings", "category_missing"),
        ("zone", "", "zone_missing"),
        ("zone", "Europe/Atlantis", "zone_missing"),
        ("zone", "../../etc/passwd", "zone_missing"),
        ("starts_at", "", "starts_at_missing"),
        ("ends_at", "", "ends_at_missing"),
        ("starts_at", "tomorrow", "date_wrong"),
        ("starts_at", "2026-02-30T10:00", "date_wrong"),
        ("starts_at", "0000-01-01T00:00", "date_wrong"),
        ("starts_at", "٢٠٢٦-٠٤-١٠T١٠:٠٠", "date_wrong"),
        ("starts_at", "2026-03-29T02:30", "skipped"),
        ("starts_at", "2026-03-02T12:59", "past"),
        ("ends_at", "2026-04-10T10:00", "backwards"),
        ("ends_at", "2030-01-01T10:00", "too_far"),
        ("budget", "many", "budget_wrong"),
        ("budget", "0", "budget_wrong"),
        ("budget", "-5", "budget_wrong"),
        ("budget", "1,2,3", "budget_wrong"),
        ("budget", "9" * 30, "budget_wrong"),
        ("currency", "XXX", None),
    ],
)
def test_a_mistake_is_told_at_its_field(field: str, text: str, sentence: str | None):
    asked, mistakes = checked(**{field: text})
    assert mistakes == ({field: sentence} if sentence else {})
    assert (asked is not None) == (sentence is None)


def test_everything_is_told_at_once_in_the_order_of_the_page():
    _, mistakes = form.check(form.read({}), CATEGORIES, "en", NOW)
    assert list(mistakes) == ["category", "zone", "name", "email"]
    _, mistakes = form.check(form.read({"zone": "Europe/Paris"}), CATEGORIES, "en", NOW)
    assert list(mistakes) == ["category", "starts_at", "ends_at", "name", "email"]


def test_a_phone_is_enough():
    asked, _ = checked(email="", phone="+49 (0) 30 / 123-456")
    assert asked is not None
    assert (asked.email, asked.phone) == (None, "+49 (0) 30 / 123-456")


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("4800", "EUR", 480_000),
        ("4,800", "EUR", 480_000),
        ("4.800", "EUR", 480_000),
        ("4 800", "EUR", 480_000),
        ("4\u202f800", "EUR", 480_000),
        ("4'800", "CHF", 480_000),
        ("4,800.50", "USD", 480_050),
        ("4.800,5", "EUR", 480_050),
        ("4.80", "EUR", 480),
        ("1.234.567", "EUR", 123_456_700),
        ("4,800", "JPY", 4_800),
        ("٤٨٠٠", "EUR", None),
        ("4,80", "JPY", None),
        ("4.800.50", "EUR", 480_050),
        ("1,234.567", "EUR", None),
        ("4800", "BHD", None),
        ("", "EUR", 0),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, currency: str, amount: int | None):
    asked, mistakes = checked(budget=text, currency=currency)
    if amount is None:
        assert mistakes == {"budget": "budget_wrong"}
    else:
        assert asked is not None
        assert asked.budget == ({"amount": amount, "currency": currency} if amount else None)


def test_where_a_clock_is_put_back_the_first_hour_is_meant():
    asked, _ = checked(starts_at="2026-10-25T02:30", ends_at="2026-10-25T12:00")
    assert asked is not None
    assert asked.starts_at == "2026-10-25T00:30:00Z"


def test_blanks_and_line_breaks_that_nobody_meant_are_taken_out():
    asked, _ = checked(
        name="  Claire\r\nBcc: all@x.example\t Vasseur ", message="One\r\n\r\nTwo  \n", model=" md-7k2qf "
    )
    assert asked is not None
    assert asked.name == "Claire Bcc: all@x.example Vasseur"
    assert asked.message == "One\n\nTwo"
    assert asked.model == "MD-7K2QF"


@given(st.dictionaries(st.sampled_from([*form.FIELDS, form.TRAP]), st.text(max_size=50)))
def test_whatever_is_typed_is_asked_or_told(values: dict[str, str]):
    typed = form.read({**GOOD, **values})
    asked, mistakes = form.check(typed, CATEGORIES, "en", NOW)
    assert (asked is None) == bool(mistakes)
    for mistake in mistakes.values():
        assert all(mistake.sentence in words for words in WORDS.values())


def test_both_languages_say_everything_and_mention_the_same():
    def mentions(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    english, russian = (WORDS[locale] for locale in LOCALES)
    assert list(english) == list(russian)
    assert all(mentions(english[key]) == mentions(russian[key]) for key in english)
    assert all(english[key] != russian[key] for key in english)


@pytest.mark.parametrize("locale", LOCALES)
def test_zones_are_offered_by_city_from_west_to_east(locale: str):
    offered = zones.choices(locale, NOW, "Asia/Kathmandu")
    assert {name for name, _ in offered} <= available_timezones()
    shown = dict(offered)
    assert shown["Europe/Berlin"] == {"en": "Berlin, UTC+1", "ru": "Берлин, UTC+1"}[locale]
    assert shown["Asia/Kathmandu"].endswith("UTC+5:45")
    assert shown["America/New_York"].endswith("UTC−5")
    assert next(iter(shown)) == "Pacific/Honolulu"


def test_a_token_holds_with_an_earlier_secret_and_not_when_it_was_touched():
    token = tokens.new_form([b"new"], 5)
    found = tokens.read_form([b"newer", b"new"], token)
    assert found is not None
    assert found.issued == 5
    assert tokens.read_form([b"other"], token) is None
    for broken in ("", ".", "a.b", token[:-1], token + "0", "A" + token[1:], "é" + token, token.partition(".")[0]):
        assert tokens.read_form([b"new"], broken) is None
    assert tokens.read_receipt([b"new"], token) is None
    assert tokens.read_form([b"new"], tokens.new_receipt([b"new"], "id", "Europe/Paris")) is None
