"""Instants, spans, money and numbers as the reader writes them, in the reader's zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.numbers import format_decimal, get_currency_precision
from flask import g, has_request_context
from flask_login import current_user

from app.web.context import platform
from app.web.wording.language import gettext as _
from app.web.wording.language import locale, ngettext
from engine.conditions.values import Timestamp

NANOSECOND = 1_000_000_000
DAY, HOUR, MINUTE = 86_400, 3_600, 60
SIGNED_OUT_ZONE = "UTC"


def dated() -> str:
    """The locale that dates are written in: English ones with the day first, as agencies in Europe and their clients do."""
    return "en_GB" if locale() == "en" else locale()


def zone() -> ZoneInfo:
    """The zone in which this reader reads times, looked up once a request."""
    if not has_request_context():
        return ZoneInfo(SIGNED_OUT_ZONE)
    known: ZoneInfo | None = g.get("zone")
    if known is None:
        known = g.zone = _own_zone()
    return known


def _own_zone() -> ZoneInfo:
    name = current_user.timezone if current_user and current_user.is_authenticated else None
    return ZoneInfo(name or SIGNED_OUT_ZONE)


def local(value: Timestamp | str) -> datetime:
    """An instant in the reader's zone; texts are instants as JSON has them."""
    instant = Timestamp.parse(value) if isinstance(value, str) else value
    return datetime.fromtimestamp(int(instant) // NANOSECOND, zone())


def zone_name(value: Timestamp | str) -> str:
    """The short name of the reader's zone at an instant: CET, MSK, or UTC+05:45."""
    name = local(value).tzname() or ""
    return name if name.isalpha() else f"UTC{local(value).isoformat()[-6:]}"


def hour(value: Timestamp | str) -> str:
    """16:41."""
    return format_time(local(value), "HH:mm", locale=locale())


def day(value: Timestamp | str) -> str:
    """Thu, 3 Dec 2026."""
    at = local(value)
    return str(format_skeleton("yMMMEd", at, locale=dated()))


def day_hour(value: Timestamp | str) -> str:
    """3 Dec, 09:00; 3 Dec 2027, 09:00 where that is another year than this one."""
    at = local(value)
    skeleton = "MMMd" if at.year == _this_year() else "yMMMd"
    return f"{format_skeleton(skeleton, at, locale=dated())}, {hour(value)}"


def _this_year() -> int:
    """The year that it is for this reader, looked up once a request."""
    known: int | None = g.get("year")
    if known is None:
        known = g.year = local(platform().clock.now()).year
    return known


def instant(value: Timestamp | str) -> str:
    """Thu, 3 Dec 2026, 09:00 CET."""
    return f"{day(value)}, {hour(value)} {zone_name(value)}"


def period(start: Timestamp | str, end: Timestamp | str) -> str:
    """Thu, 3 Dec 2026, 09:00–18:00 CET; both days where they differ."""
    if local(start).date() == local(end).date():
        return f"{day(start)}, {hour(start)}–{hour(end)} {zone_name(end)}"
    return f"{day(start)}, {hour(start)} – {day(end)}, {hour(end)} {zone_name(end)}"


def full(value: Timestamp | str) -> str:
    """Everything, for a hint: Thursday, 3 December 2026, 09:00:12 Central European Standard Time."""
    return format_datetime(local(value), "full", locale=dated())


def month(value: Timestamp | str) -> str:
    """December 2026."""
    return format_date(local(value), "LLLL y", locale=dated())


def span(seconds: float) -> str:
    """How long, in its two largest units: 42 min, 1 h 18 min, 2 d 4 h."""
    whole = int(abs(seconds))
    if whole < MINUTE:
        return _("%(num)d s") % {"num": whole}
    days, hours, minutes = whole // DAY, whole % DAY // HOUR, whole % HOUR // MINUTE
    if days >= 7:  # hours say nothing by then
        return ngettext("%(num)d day", "%(num)d days", days) % {"num": days}
    if days:
        text = _("%(num)d d") % {"num": days}
        return f"{text} {_('%(num)d h') % {'num': hours}}" if hours else text
    if hours:
        text = _("%(num)d h") % {"num": hours}
        return f"{text} {_('%(num)d min') % {'num': minutes}}" if minutes else text
    return _("%(num)d min") % {"num": minutes}


def ago(value: Timestamp | str, now: Timestamp) -> str:
    """How long ago: 5 min ago."""
    at = Timestamp.parse(value) if isinstance(value, str) else value
    seconds = (int(now) - int(at)) / NANOSECOND
    return _("just now") if seconds < MINUTE else _("%(span)s ago") % {"span": span(seconds)}


def money(value: Mapping[str, Any] | None) -> str:
    """1,250.00 EUR, or 1 250,00 EUR: the amount in minor units with its currency, never without."""
    if not value:
        return ""
    digits = get_currency_precision(value["currency"])
    amount = Decimal(value["amount"]).scaleb(-digits)
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return f"{format_decimal(amount, pattern, locale=locale())}\N{NO-BREAK SPACE}{value['currency']}"


def number(value: float) -> str:
    """12,345.6, or 12 345,6."""
    return format_decimal(value, locale=locale())
