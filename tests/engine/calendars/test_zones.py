"""The clock changes found by searching are those that zdump lists."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.calendars.zones import local_spans, offset_at, stretches
from engine.conditions.values import Timestamp

LISTED = Path(__file__).resolve().parents[4] / "shared" / "data" / "time" / "dst_transitions.jsonl"
SECOND = 1_000_000_000


def rows() -> list[dict[str, object]]:
    if not LISTED.exists():
        pytest.skip("../shared/data/time is not there")
    return [json.loads(line) for line in LISTED.read_text("utf-8").splitlines()]


def test_offsets_change_where_zdump_says():
    listed: dict[str, set[int]] = {}
    last: dict[str, int] = {}
    for row in rows():
        zone, at, offset = str(row["zone"]), Timestamp.parse(str(row["utc"])) // SECOND, row["utcoff"]
        assert offset_at(ZoneInfo(zone), at) == offset
        if zone in last and last[zone] == at - 1:
            listed.setdefault(zone, set()).add(at)
        last[zone] = at
    assert len(listed) == 4
    for zone, changes in listed.items():
        found = list(stretches(ZoneInfo(zone), min(changes) - 86_400, max(changes) + 86_400))
        assert {one[0] for one, before in zip(found[1:], found, strict=False) if one[2] != before[2]} == changes


def test_a_local_hour_is_found_never_once_or_twice():
    """Every hour around every listed change: skipped, repeated or plain, as its clocks show it."""
    for row in rows():
        zone = ZoneInfo(str(row["zone"]))
        at = -(-Timestamp.parse(str(row["utc"])) // SECOND // 60) * 60
        for start in range(at - 7_200, at + 7_200, 1_800):
            local = start + int(str(row["utcoff"]))
            spans = list(local_spans(zone, local, local + 1_800))
            shown = [t for t in range(at - 18_000, at + 18_000, 900) if local <= t + offset_at(zone, t) < local + 1_800]
            assert [t for first, last in spans for t in range(first, last, 900)] == shown
