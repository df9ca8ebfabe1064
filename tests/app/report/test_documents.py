"""Every document becomes a sheet, and reads as it is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.report.documents import phrase, policies, rules
from app.report.documents.sheet import CLOSE, OPEN, Item, Row, Sheet
from app.report.documents.shelf import shelves
from app.report.model import Report
from app.report.page import render
from app.report.times import amount, counted, exact, span
from engine.catalog import Catalog, load
from tests.app.report.trial import BERLIN, Trial


def bare(text: str) -> str:
    return text.replace(OPEN, "`").replace(CLOSE, "`")


def texts(items: tuple[Item, ...]) -> Iterator[str]:
    for item in items:
        yield bare(" ".join(filter(None, (item.mark, item.text, item.note))))
        yield from texts(item.parts)


def said(rows: Iterator[Row] | tuple[Row, ...]) -> dict[str, list[str]]:
    return {row.label: list(texts(row.items)) for row in rows}


def sheet(catalog: Catalog, kind: str, id: str) -> Sheet:
    return next(one for shelf in shelves(catalog, {}) for one in shelf.sheets if (one.kind, one.id) == (kind, id))


@pytest.fixture(scope="module")
def page(trial: Trial) -> str:
    report = Report("T", "", trial.after, trial.before, sections=trial.sections, zone=BERLIN)
    return render(report)


def test_every_document_of_the_agency_is_on_the_page_with_its_rows(catalog: Catalog, page: str):
    sheets = re.split(r'<details class="sheet" id="doc-', page)[1:]
    found = {one.partition('"')[0]: one for one in sheets}
    assert found.keys() == {f"{document.kind}-{document.id}" for document in catalog.documents}
    assert [id for id, one in found.items() if "<dt>" not in one or "<li>" not in one] == []
    assert [id for id, one in found.items() if id.startswith("machine-") and "<svg" not in one] == []
    assert [id for id, one in found.items() if id.startswith("calendar-") and one.count('class="strip"') != 7] == []
    assert [id for id, one in found.items() if id.startswith("template-") and 'class="said"' not in one] == []


@pytest.mark.parametrize("name", ["clinic", "fines", "helpdesk", "incidents"])
def test_every_document_of_the_other_domains_has_a_sheet_that_says_something(root: Path, name: str):
    other = load(root / "examples" / name)
    found = {(one.kind, one.id): one for shelf in shelves(other, {}) for one in shelf.sheets}
    assert found.keys() == {(document.kind, document.id) for document in other.documents}
    assert [key for key, one in found.items() if not one.rows and key[0] != "import"] == []
    assert [p.note for one in found.values() for p in one.previews if p.note] == []


def test_a_document_that_is_unavailable_stays_and_tells_its_mistakes(tmp_path: Path):
    folder = tmp_path / "statemachines"
    folder.mkdir()
    (folder / "broken.yaml").write_text("kind: machine\nid: broken\nversion: 1\n", encoding="utf-8")
    found = sheet(load(tmp_path), "machine", "broken")
    assert found.chips == ("unavailable",)
    assert said(found.rows)["Mistakes"]


def test_a_rule_reads_as_a_sentence(catalog: Catalog):
    found = said(sheet(catalog, "rule", "confirm-booking-on-deposit").rows)
    assert found["When"] == ["`payment.succeeded` is recorded"]
    assert found["If"] == ['`payment.purpose == "deposit"`', '`booking.status == "awaiting_deposit"`']
    assert found["Then"] == [
        "Move `booking` by `confirm`",
        "Task for queue `operations`: “Brief {{ booking.model.name }} for {{ booking.code }}” · due in 4 h · priority high",
        "After 10 min, message `booking-confirmed` to `booking.client` not judged again then",
    ]
    assert found["As"] == ["`OPS_MANAGER`"]


def test_a_trigger_by_the_clock_tells_for_whom_and_where():
    rule = {
        "trigger": {"schedule": {"cron": "0 9 * * *", "for_each": "booking", "where": "booking.late", "missed": "all"}},
        "actions": [{"create_task": {"title": "Call", "queue": "q"}}],
        "run": {"mode": "throttle", "every": "7d", "key": "booking.client.id"},
        "backstop": True,
    }
    found = said(rules.rows(rule))
    assert found["When"] == [
        "the clock reaches `0 9 * * *`, UTC, for each booking where ticks that were missed: all",
        "`booking.late`",
    ]
    assert found["Runs"] == [
        "at most once in 7 days for each `booking.client.id`; only when no other rule met the event."
    ]


def test_blocks_in_blocks_keep_what_belongs_together():
    written = {"any": ["a", {"all": ["b", "c"]}], "none": ["d"]}
    assert list(texts(phrase.condition(written))) == [
        "at least one of these holds:",
        "`a`",
        "all of these hold:",
        "`b`",
        "`c`",
        "none of these holds:",
        "`d`",
    ]
    assert bare(phrase.in_line(written)) == "(`a` or (`b` and `c`)) and not (`d`)"


def test_an_action_of_a_host_is_told_by_its_keys():
    action = phrase.action({"ring_bell": {"loud": True, "rooms": ["a", "b"]}, "for_each": "booking.options"})
    assert bare(action.text) == "For each of `booking.options`: ring bell · loud yes · rooms a, b"


def test_a_policy_tells_clock_targets_and_escalation(catalog: Catalog):
    found = said(sheet(catalog, "sla", "first-response").rows)
    assert found["Measures"] == ["each inquiry, once for each, in the hours of `agency-hours`"]
    assert found["Target"][0] == 'within 30 min where `inquiry.client.tier == "vip"`'
    assert found["Target"][2] == "within 4 h"
    assert found["Warns"] == ["when 75% of the target is used up"]
    assert found["2 h late, 2 times"] == ["Message `inquiry-running-late` to role `OPS_MANAGER`"]
    assert bare(policies.warning({"before": "24h"})) == "24 h before the deadline"


def test_a_calendar_is_a_week_with_its_own_days(catalog: Catalog):
    found = sheet(catalog, "calendar", "finance-hours")
    assert [len(day.windows) for day in found.week] == [2, 2, 2, 2, 1, 0, 0]
    assert [day.words for day in found.week][4:] == ["09:00–14:00", "closed", "closed"]
    assert found.week[0].windows[0].left == 37.5
    assert said(found.rows)["Own days"][:2] == ["Thu 24 December 2026: closed", "Thu 31 December 2026: closed"]


def test_a_window_past_midnight_goes_on_the_next_day(root: Path):
    found = sheet(load(root / "examples/clinic"), "calendar", "night-desk")
    spans = [(window.left, round(window.left + window.width)) for day in found.week for window in day.windows]
    assert any(left == 0 for left, _ in spans)
    assert all(left >= 0 and right <= 100 for left, right in spans)


def test_a_matching_tells_demands_and_points(catalog: Catalog):
    found = said(sheet(catalog, "matching", "models-for-inquiry").rows)
    assert found["Must"][0] == '`model.status == "active"` else “Not represented now”'
    assert found["Points for"][:2] == [
        "+30 Right category, where `model.category == inquiry.category`",
        "Rating, as many as `model.rating_internal * 4`",
    ]


def test_a_role_tells_what_it_does_not_see(catalog: Catalog):
    found = said(sheet(catalog, "role", "OPERATOR").rows)
    assert "read, not seeing `total` or `deposit_status`" in found["Bookings"]
    assert "update, writing `notes` only" in found["Bookings"]
    assert "cancel only where `booking.status in open`" in found["Bookings"]


def test_a_template_shows_every_channel_in_every_language_with_its_length(catalog: Catalog):
    found = sheet(catalog, "template", "option-challenged")
    assert [(one.channel, one.locale) for one in found.previews] == [
        ("E-mail", "en"),
        ("E-mail", "ru"),
        ("SMS", "en"),
        ("SMS", "ru"),
        ("Telegram", "en"),
        ("Telegram", "ru"),
    ]
    assert "‹code›" in found.previews[0].body
    assert re.fullmatch(r"\d+ characters, 1 segment of UCS-2", found.previews[3].length)


def test_a_template_that_was_sent_shows_the_facts_of_then(trial: Trial):
    shown = next(one for shelf in trial.sections.shelves for one in shelf.sheets if one.id == "booking-confirmed")
    assert said(shown.rows)["Preview"] == ["on the facts of the first time it was sent in these days"]
    assert all(re.search(r"VR-\w{4}", one.body) for one in shown.previews)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2wd", "2 working days"),
        ("1d", "1 day"),
        ("72h", "72 h"),
        ("30m", "30 min"),
        ("90s", "90 s"),
        ("1wd4h", "1 working day 4 h"),
        ("soon", "soon"),
    ],
)
def test_durations_read_as_people_say_them(written: str, words: str):
    assert amount(written) == words


def test_spans_have_two_units_at_most_unless_they_are_to_be_exact():
    whole = (0, 40, 90, 3_600, 15_922, 86_405, 93_600)
    assert [span(one) for one in whole] == ["0 s", "40 s", "1 min 30 s", "1 h", "4 h 25 min", "1 d", "1 d 2 h"]
    assert [exact(one) for one in whole[4:6]] == ["4 h 25 min 22 s", "1 d 5 s"]
    assert [counted(one) for one in (0, 40, 90, 15_922, 93_600)] == ["0 s", "40 s", "1 min", "4 h 25 min", "26 h"]
