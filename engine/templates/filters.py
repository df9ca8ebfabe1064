"""The filters of texts: how money, instants and numbers read in a locale. Names and data: Unicode CLDR, by Babel."""

from __future__ import annotations

import re
from collections.abc import Callable, Sized
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError, dates, numbers, units
from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from engine.conditions.money import exponent
from engine.conditions.values import Duration, Timestamp

LOCALE = "locale@"
"""The variable that holds the reader's locale; no text can name it."""
_LETTER_AT_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
"""Where a currency's letters touch its figures; a blank stands between them (UTS 35, part 3, currency spacing)."""
LENGTHS = ("short", "medium", "long", "full")
MOST_DIGITS = 24
"""Digits before the point of a number that is shown: Babel rounds within the 28 of Python's decimal context."""
_SECOND = 1_000_000_000
_SPANS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


Number = TypeVar("Number", int, float, Decimal)


class UnfitError(Exception):
    """A value cannot be shown; the message says why, and the text is not sent."""


def _given(value: Any) -> Any:
    """The value; raises where there is none, with the reason that the missing value carries."""
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()  # noqa: SLF001 - how Jinja's own filters ask
    return value


def is_fit(value: float | Decimal) -> bool:
    """Whether a number can be shown: it is finite, and has at most ``MOST_DIGITS`` digits before the point."""
    return bool(abs(value) < 10**MOST_DIGITS)


def _fit(value: Number) -> Number:
    finite(value)
    if not is_fit(value):
        raise UnfitError(f"a number has more than {MOST_DIGITS} digits before the point")
    return value


def finite(value: Any) -> Any:
    """What is shown as it is; raises UnfitError for a number that is none."""
    if isinstance(value, float) and not isfinite(value):
        raise UnfitError(f"{value} is no number to show")
    return value


@lru_cache(maxsize=64)
def locale_of(tag: str) -> Locale:
    """Babel's locale of a BCP 47 tag, or of its nearest shorter form. Raises ValueError where there is none."""
    parts = tag.split("-")
    while parts:
        try:
            return Locale.parse("-".join(parts), sep="-")
        except (ValueError, UnknownLocaleError):
            parts.pop()
    raise ValueError(tag)


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnfitError(f'"{name}" is no time zone') from None


def _local(instant: Any, zone: Any) -> datetime:
    try:
        seconds = int(_given(instant)) // _SECOND
        return datetime.fromtimestamp(seconds, UTC).astimezone(_zone(_given(zone)))
    except (OverflowError, ValueError):
        raise UnfitError(f"{Timestamp(instant).text()} lies outside the years 1 to 9999") from None


def _locale(context: Context) -> Locale:
    found = context[LOCALE]
    assert isinstance(found, Locale)
    return found


@pass_context
def money(context: Context, value: Any) -> str:
    """``2.000,00 €``: in the locale's way, with the decimals of the currency."""
    value = _given(value)
    locale, digits = _locale(context), exponent(value["currency"])
    amount = _fit(Decimal(value["amount"])).scaleb(-digits)
    pattern = _with_decimals(locale, digits)
    written = numbers.format_currency(amount, value["currency"], pattern, locale, currency_digits=False)
    return _LETTER_AT_DIGIT.sub("\N{NO-BREAK SPACE}", written)


@lru_cache(maxsize=64)
def _with_decimals(locale: Locale, digits: int) -> Any:
    """The locale's pattern of money with as many decimals as the currency's minor unit has (ISO 4217)."""
    pattern = locale.currency_formats["standard"]
    made = numbers.parse_pattern(pattern.pattern)
    made.frac_prec = (digits, digits)
    return made


@pass_context
def day(context: Context, value: Any, zone: Any = None, length: str = "long") -> str:
    """A date, or the day of an instant in a zone."""
    value = _given(value)
    try:
        when = date.fromisoformat(value) if isinstance(value, str) else _local(value, zone).date()
    except ValueError:
        raise UnfitError(f'"{value}" is no day') from None
    return dates.format_date(when, length, locale=_locale(context))


@pass_context
def clock(context: Context, value: Any, zone: Any, length: str = "short") -> str:
    """The time of day of an instant in a zone."""
    local = _local(value, zone)
    return dates.format_time(local, length, tzinfo=local.tzinfo, locale=_locale(context))


@pass_context
def moment(context: Context, value: Any, zone: Any, length: str = "medium") -> str:
    """An instant's day and time in a zone."""
    local = _local(value, zone)
    return dates.format_datetime(local, length, tzinfo=local.tzinfo, locale=_locale(context))


@pass_context
def span(context: Context, value: Any) -> str:
    """A span in its two largest units: ``1 day 4 hours``."""
    seconds = int(Duration(_given(value))) // _SECOND
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    parts: list[str] = []
    for name, length in _SPANS:
        count, rest = divmod(seconds, length)
        if count or (name == "second" and not parts):
            parts.append(units.format_unit(_fit(count), f"duration-{name}", locale=_locale(context)))
            if len(parts) == 2 or not rest:
                break
        seconds = rest
    return sign + " ".join(parts)


@pass_context
def number(context: Context, value: Any) -> str:
    """A number with its thousands set apart."""
    return numbers.format_decimal(_fit(_given(value)), locale=_locale(context))


def upper(value: Any) -> str:
    """In capitals."""
    return str(_given(value)).upper()


def lower(value: Any) -> str:
    """In small letters."""
    return str(_given(value)).lower()


def trim(value: Any) -> str:
    """Without blanks at both ends."""
    return str(_given(value)).strip()


def truncate(value: Any, most: int) -> str:
    """At most so many characters, the last of them an ellipsis where something was cut."""
    text = str(_given(value))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def otherwise(value: Any, instead: Any) -> Any:
    """The value, or another where there is none."""
    return instead if isinstance(value, Undefined) else value


def count(value: Sized) -> int:
    """How many there are."""
    return len(_given(value))


def join(value: Any, between: str = ", ") -> str:
    """The texts of a list with something between them."""
    return between.join(_given(value))


FILTERS: dict[str, Callable[..., Any]] = {
    "money": money,
    "date": day,
    "time": clock,
    "datetime": moment,
    "duration": span,
    "number": number,
    "upper": upper,
    "lower": lower,
    "trim": trim,
    "truncate": truncate,
    "default": otherwise,
    "count": count,
    "join": join,
}
