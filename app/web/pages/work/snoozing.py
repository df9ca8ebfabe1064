"""Until when something is put off: in an hour, tomorrow morning, on Monday, or at an instant of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.road.problems import Fault, InvalidError
from app.web.pages.work.deadlines import soon
from app.web.wording import moments
from app.web.wording.language import gettext as _
from engine.conditions.values import Timestamp

MORNING = 9
NANOSECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """An instant that is offered by name."""

    key: str
    name: str
    when: str


def offers(now: Timestamp) -> list[Offer]:
    """What is offered now, in the reader's zone."""
    names = {"hour": _("In 1 hour"), "tomorrow": _("Tomorrow morning"), "monday": _("On Monday")}
    # The page may be open for long: what is counted from now is not said as an instant.
    return [Offer(key, name, soon(instant_of(key, now), now) if key != "hour" else "") for key, name in names.items()]


def instant_of(given: str, now: Timestamp) -> Timestamp:
    """The instant that is meant: ``hour``, ``tomorrow``, ``monday``, or a date and time as a browser's field gives it, in
    the reader's zone. Raises InvalidError for what is none.
    """
    here = moments.local(now)
    if given == "hour":
        return Timestamp((int(now) // NANOSECOND + 3_600) * NANOSECOND)
    if given == "tomorrow":
        return _at(here + timedelta(days=1))
    if given == "monday":
        return _at(here + timedelta(days=7 - here.weekday()))
    try:
        own = datetime.fromisoformat(given)
    except ValueError:
        raise InvalidError([Fault("/until", "invalid", _("choose a day and a time"))]) from None
    return _stamp(own.replace(tzinfo=moments.zone()) if own.tzinfo is None else own)


def _at(day: datetime) -> Timestamp:
    return _stamp(datetime(day.year, day.month, day.day, MORNING, tzinfo=moments.zone()))


def _stamp(at: datetime) -> Timestamp:
    return Timestamp(int(at.timestamp()) * NANOSECOND)
