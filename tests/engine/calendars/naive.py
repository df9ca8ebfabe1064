"""A calendar that asks the zone's clocks minute by minute: slow, and hard to get wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.calendars.model import Calendar

MINUTE = 60_000_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def minute_of(text: str) -> int:
    """The minutes since 1970 of an instant in RFC 3339."""
    return int(datetime.fromisoformat(text).timestamp()) // 60


def is_open(calendar: Calendar, minute: int) -> bool:
    """Whether the clocks show a time within a window of their day, or of the day before that reaches over midnight."""
    local = (EPOCH + timedelta(minutes=minute)).astimezone(ZoneInfo(calendar.timezone))
    clock = local.hour * 60 + local.minute
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    return any(first <= clock < last for first, last in calendar.windows(today)) or any(
        clock + 1440 < last for _, last in calendar.windows(yesterday)
    )


def open_minutes(calendar: Calendar, start: int, end: int) -> bytes:
    """One byte a minute: 1 where it is working time."""
    return bytes(is_open(calendar, minute) for minute in range(start, end))
