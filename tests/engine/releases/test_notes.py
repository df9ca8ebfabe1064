"""What a release notes about its time."""

from __future__ import annotations

from importlib.metadata import version

from engine.conditions.values import Timestamp
from engine.releases.content import ReleaseContent, content_of
from engine.releases.notes import notes_of
from tests.engine.releases.editing import BASE

CALENDAR = """kind: calendar
id: hours
version: 1
description: When somebody is there.
timezone: Europe/Berlin
week:
  mon-fri: ["09:00-17:00"]
holidays: {country: DE-BY}
"""
AT = Timestamp.parse("2026-03-27T10:00:00Z")


def test_costs_and_the_version_of_time_zones_are_noted():
    notes = notes_of(content_of(BASE).catalog(), AT)
    assert notes == {"cost": {"confirm-on-deposit": 11}, "tzdata": version("tzdata"), "holidays": {}}


def test_the_dates_of_holidays_are_frozen():
    documents = {**content_of(BASE).documents, "rules/sla/hours.yaml": CALENDAR.encode()}
    frozen = notes_of(ReleaseContent(documents).catalog(), AT)["holidays"]
    assert isinstance(frozen, dict)
    assert frozen["library"] == version("holidays")
    dates = frozen["dates"]["hours"]
    assert (min(dates)[:4], max(dates)[:4]) == ("2025", "2031")
    assert {"2026-04-03", "2026-06-04", "2026-12-25"} <= set(dates)


def test_a_host_may_note_more():
    assert notes_of(content_of(BASE).catalog(), AT, {"documents": lambda catalog, _: len(catalog.documents)}) == {
        "documents": 6
    }
