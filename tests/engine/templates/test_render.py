"""A template renders: values in the reader's locale, or a reason why nothing is sent."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from engine.templates.model import Message, Refusal
from engine.templates.reading import MOST_ROUNDS
from engine.templates.render import render
from tests.engine.templates.workshop import body, catalog_of, facts, reason, said

NB = "\N{NO-BREAK SPACE}"
NNB = "\N{NARROW NO-BREAK SPACE}"

SHOWN = [
    ("{{ order.code }}", "en", "OR-1"),
    ("{{ order.buyer.name }} {{ buyer.name }} {{ order.buyer.city.name }}", "en", "Ada Ada Berlin"),
    ("{{ order.count }} {{ order.count | number }}", "en", "1234 1,234"),
    ("{{ order.count | number }} {{ order.share | number }}", "ru", f"1{NB}234 0,5"),
    ("{{ order.total | money }}", "en", "€1,234.56"),
    ("{{ order.total | money }}", "de", f"1.234,56{NB}€"),
    ("{{ order.total.amount }} {{ order.total.currency }}", "en", "123456 EUR"),
    ('{{ order.starts_at | date("Europe/Berlin") }}', "en", "April 1, 2026"),
    ('{{ order.starts_at | date("UTC") }}', "de", "31. März 2026"),
    ('{{ order.starts_at | date("UTC", "short") }}', "de", "31.03.26"),
    ('{{ order.starts_at | time("Asia/Kathmandu") }}', "de", "04:15"),
    ("{{ order.starts_at | datetime(order.place) }}", "ru", f"1 апр. 2026{NNB}г., 01:30:00"),
    ("{{ order.starts_at | time(order.buyer.zone) }}", "en", f"7:30{NNB}AM"),
    ("{{ order.day | date }}", "ru", f"1 апреля 2026{NNB}г."),
    ("{{ order.wait | duration }}", "en", "1 day 4 hours"),
    ("{{ order.wait | duration }}", "ru", "1 день 4 часа"),
    ("{{ order.notes | upper | truncate(8) }}|{{ order.code | lower | trim }}", "en", "MIND TH…|or-1"),
    ('{{ order.tags | join(" + ") }} {{ order.parts | count }}', "en", "a + b 2"),
    ("{% for one in order.parts %}{{ loop.index }}. {{ one.name }} {{ one.price | money }}{% if not loop.last %}; {% endif %}{% endfor %}", "en", "1. Part 0 €0.00; 2. Part 1 €1.00"),
    ("{% for one in order.parts if one.name != 'Part 0' %}{{ one.maker.city.name }}{% else %}none{% endfor %}", "en", "Berlin"),
    ("{% for tag in order.tags %}<{{ tag }}>{% endfor %}", "en", "<a><b>"),
    ('{% if order.size == "large" %}L{% elif order.size in ["small"] and order.paid %}S{% else %}-{% endif %}', "en", "S"),
    ('{{ "paid" if order.paid else "open" }}', "en", "paid"),
    ("{# a remark #}{% raw %}{{ this stays }}{% endraw %}", "en", "{{ this stays }}"),
    ("Hello,\n{% if order.paid %}\nthank you.\n{% endif %}\nVirel", "en", "Hello,\nthank you.\nVirel"),
    ("{{ order.notes }}", "en", "Mind the <dog> & ring"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "locale", "wanted"), SHOWN, ids=[f"{one[0]} {one[1]}" for one in SHOWN])
def test_what_a_text_says(tmp_path: Path, text: str, locale: str, wanted: str):
    assert body(said(tmp_path, text, locale=locale)) == wanted


@pytest.mark.parametrize(
    ("amount", "currency", "wanted"),
    [(1500, "JPY", "¥1,500"), (1500, "BHD", f"BHD{NB}1.500"), (-5, "EUR", "-€0.05"), (150, "UYW", f"UYW{NB}0.0150")],
)
def test_money_has_the_decimals_of_its_currency(tmp_path: Path, amount: int, currency: str, wanted: str):
    about = facts(total={"amount": amount, "currency": currency})
    assert body(said(tmp_path, "{{ order.total | money }}", about)) == wanted


MISSING = [
    ("{{ order.notes }}", "order.notes has no value"),
    ("{{ order.giver.name }}", "order.giver.name has no value"),
    ("{{ order.notes | upper }}", "order.notes has no value"),
    ("{% if order.notes %}x{% endif %}", "order.notes has no value"),
    ("{% for one in order.parts %}{{ one.note }}{% endfor %}", "one.note has no value"),
]


@pytest.mark.parametrize(("text", "wanted"), MISSING, ids=[one[0] for one in MISSING])
def test_a_missing_value_refuses_to_send(tmp_path: Path, text: str, wanted: str):
    assert reason(said(tmp_path, text, facts(notes=None))) == wanted


def test_what_may_be_missing_can_be_asked_for(tmp_path: Path):
    text = '{{ order.notes | default("no notes") }}{% if order.notes is defined %} some{% endif %}{% if giver is not defined %} alone{% endif %}'
    assert body(said(tmp_path, text, facts(notes=None))) == "no notes alone"
    assert body(said(tmp_path, text, facts(notes="n", giver="pe_1"))) == "n some"


def test_only_what_is_said_must_have_a_value(tmp_path: Path):
    assert (
        body(said(tmp_path, "{% if order.paid %}yes{% else %}{{ order.notes }}{% endif %}", facts(notes=None))) == "yes"
    )


def test_a_wrong_zone_in_the_facts_refuses(tmp_path: Path):
    text = "{{ order.starts_at | date(order.place) }}"
    assert reason(said(tmp_path, text, facts(place="Mars/Base"))) == '"Mars/Base" is no time zone'


def test_loops_take_a_bounded_number_of_rounds(tmp_path: Path):
    nested = "{% for a in order.parts %}{% for b in order.parts %}{% if order.paid and a.name == b.maker.name %}x{% endif %}{% endfor %}{% endfor %}y"
    assert reason(said(tmp_path, nested, facts(parts=101))) == f"its loops take more than {MOST_ROUNDS} rounds"
    assert body(said(tmp_path, nested, facts(parts=90))) == "y"


def test_a_text_grows_only_so_long(tmp_path: Path):
    long = facts(notes="x" * 200)
    assert body(said(tmp_path, "{{ order.notes }}" * 7, long, channel="sms"))
    assert reason(said(tmp_path, "{{ order.notes }}" * 8, long, channel="sms")) == "it has more than 1,530 characters"


def test_an_empty_text_is_not_sent(tmp_path: Path):
    assert reason(said(tmp_path, "{% if not order.paid %}x{% endif %}")) == "the text is empty"


def test_a_telegram_message_and_an_html_mail_escape_values_and_nothing_else_does(tmp_path: Path):
    assert (
        body(said(tmp_path, "<b>{{ order.notes }}</b>", channel="telegram")) == "<b>Mind the &lt;dog&gt; &amp; ring</b>"
    )
    catalog = catalog_of(
        tmp_path,
        "  email:\n    en: {subject: '{{ order.notes }}', body: '<p>{{ order.notes | upper }}</p>'}\n"
        "    ru: {subject: 'x', body: '{{ order.notes }} <p>'}\n",
    )
    html = render(catalog.templates["said"], "email", "en", facts())
    plain = render(catalog.templates["said"], "email", "ru", facts())
    assert isinstance(html, Message)
    assert isinstance(plain, Message)
    assert (html.html, html.subject, html.body) == (
        True,
        "Mind the <dog> & ring",
        "<p>MIND THE &lt;DOG&gt; &amp; RING</p>",
    )
    assert (plain.html, plain.body) == (False, "Mind the <dog> & ring <p>")


def test_a_subject_stays_on_one_line(tmp_path: Path):
    catalog = catalog_of(tmp_path, "  email:\n    en: {subject: 'About {{ order.notes }}', body: x}\n")
    found = render(catalog.templates["said"], "email", "en", facts(notes="this\r\nBcc: everybody@example.org"))
    assert isinstance(found, Message)
    assert found.subject == "About this Bcc: everybody@example.org"


@pytest.mark.parametrize(
    ("asked", "text", "price"),
    [
        ("ru-RU", "ru", f"1{NB}234,56{NB}€"),
        ("de-AT", "de", f"€{NB}1.234,56"),
        ("DE", "de", f"1.234,56{NB}€"),
        ("fr-CA", "en", "€1,234.56"),
        ("en-IN", "en", "€1,234.56"),
        ("zh-Hant-TW", "en", "€1,234.56"),
    ],
)
def test_a_reader_gets_the_nearest_text_and_figures_in_their_own_way(tmp_path: Path, asked: str, text: str, price: str):
    found = said(tmp_path, "{{ order.total | money }}", locale=asked)
    assert isinstance(found, Message)
    assert (found.locale, found.body) == (text, price)


def test_a_channel_that_is_not_written_refuses(tmp_path: Path):
    catalog = catalog_of(tmp_path, "  sms: {en: Hello}\n")
    found = render(catalog.templates["said"], "email", "en", facts())
    assert isinstance(found, Refusal)
    assert found.reason == "said says nothing on the channel email in en"


def test_the_same_facts_make_the_same_text(tmp_path: Path):
    text = '{{ order.starts_at | datetime("UTC", "full") }} {{ order.total | money }}'
    assert said(tmp_path, text) == said(tmp_path, text)


TOO_LARGE = "a number has more than 24 digits before the point"


@pytest.mark.parametrize(
    ("text", "fields", "wanted"),
    [
        ("{{ order.share | number }}", {"share": 1e25}, TOO_LARGE),
        ("{{ order.share | number }}", {"share": -1e300}, TOO_LARGE),
        ("{{ order.count | number }}", {"count": 10**40}, TOO_LARGE),
        ("{{ order.total | money }}", {"total": {"amount": 10**30, "currency": "EUR"}}, TOO_LARGE),
        ("{{ order.wait | duration }}", {"wait": 10**50}, TOO_LARGE),
        ("{{ order.share | number }}", {"share": math.nan}, "nan is no number to show"),
        ("{{ order.share | number }}", {"share": math.inf}, "inf is no number to show"),
        ("{{ order.share }}", {"share": math.nan}, "nan is no number to show"),
        ("{{ order.share }}", {"share": -math.inf}, "-inf is no number to show"),
    ],
)
def test_a_number_that_cannot_be_written_keeps_the_text_from_being_sent(
    tmp_path: Path, text: str, fields: dict[str, Any], wanted: str
):
    assert reason(said(tmp_path, text, facts(**fields))) == wanted


def test_the_largest_number_is_written(tmp_path: Path):
    assert body(said(tmp_path, "{{ order.count | number }}", facts(count=10**24 - 1))) == ",".join(["999"] * 8)
