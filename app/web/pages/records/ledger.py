"""A deadline's time as a strip: what counted, what did not since the agency was closed or the client's turn, what is ahead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.web.wording import moments
from app.web.wording.language import gettext as _
from app.web.wording.language import ngettext
from engine.conditions.values import Timestamp
from engine.conditions.veil import HIDDEN

WIDTH = 1_000
"""Units of the strip."""
LEAST = 2.0
"""So that a short span is still seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of the strip: where it begins and how long it is, in units; ``look`` is counted, closed, paused, ahead or late."""

    x: float
    width: float
    look: str
    title: str


_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_SPAN = re.compile(r"([0-9]{1,6})(s|m|h|d|wd)")


@dataclass(frozen=True, slots=True)
class Strip:
    """A whole life of a clock. ``used`` is what has counted, in words; ``now`` where the present lies, None where it is over."""

    bars: list[Bar]
    begun: str
    due: str
    used: str
    target: str
    now: float | None


def strip(told: Mapping[str, Any]) -> Strip | None:
    """The strip of what ``why_due`` tells; None where its reader may not see it or nothing has passed."""
    if told["due"] in (None, HIDDEN):
        return None
    due = int(Timestamp.parse(told["due"]))
    spans = [(*_ends(one), one["reason"], False) for one in told["ledger"]]
    spans += [(*_ends(one), one["reason"], True) for one in told["ahead"]]
    spans = [one for span in spans for one in _parted(span, due)]
    if not spans:
        return None
    begun, end = spans[0][0], spans[-1][1]
    whole = max(end - begun, 1)
    bars = [
        Bar(
            round(WIDTH * (start - begun) / whole, 1),
            max(LEAST, round(WIDTH * (stop - start) / whole, 1)),
            _look(reason, later, start >= due),
            _title(reason, start, stop),
        )
        for start, stop, reason, later in spans
    ]
    at = int(Timestamp.parse(told["at"]))
    now = round(WIDTH * (at - begun) / whole, 1) if told["ended"] is None and begun <= at <= end else None
    used = moments.span(told["used"] or 0)
    target = _target(str(told["target"] or ""))
    return Strip(bars, moments.day_hour(told["opened"]), moments.day_hour(told["due"]), used, target, now)


def _target(text: str) -> str:
    """How long a clock gives, in words; a text that is no plain span stands as the document has it."""
    found = _SPAN.fullmatch(text)
    if found is None:
        return text
    count, unit = int(found[1]), found[2]
    if unit == "wd":
        return ngettext("%(num)d working day", "%(num)d working days", count) % {"num": count}
    return moments.span(count * _SECONDS[unit])


def _ends(one: Mapping[str, Any]) -> tuple[int, int]:
    return int(Timestamp.parse(one["from"])), int(Timestamp.parse(one["to"]))


def _parted(span: tuple[int, int, str, bool], due: int) -> list[tuple[int, int, str, bool]]:
    start, stop, reason, later = span
    if start < due < stop:
        return [(start, due, reason, later), (due, stop, reason, later)]
    return [span]


def _look(reason: str, later: bool, late: bool) -> str:
    if reason != "open":
        return reason
    return "late" if late else "ahead" if later else "counted"


def _title(reason: str, start: int, stop: int) -> str:
    names = {"open": _("Counts"), "closed": _("Closed, does not count"), "paused": _("Paused, does not count")}
    return f"{names.get(reason, reason)}: {moments.period(Timestamp(start), Timestamp(stop))}"
