"""What somebody typed into the inquiry form: read, checked as a whole, and kept as it was typed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from app.commands.web_inquiries import Asked
from app.road.texts import LONGEST_ADDRESS, is_address, lacks_ending, unreadable
from app.web.amounts import minor_units
from engine.conditions.money import exponent

FIELDS = (
    "category",
    "starts_at",
    "ends_at",
    "zone",
    "city",
    "model",
    "budget",
    "currency",
    "message",
    "name",
    "company",
    "email",
    "phone",
)
"""In the order of the page."""
TRAP = "homepage"
"""A field that people do not see: who fills it fills everything."""
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "PLN", "CZK", "SEK", "AED", "RUB", "JPY")
LONGEST = {"message": 5_000, "email": LONGEST_ADDRESS, "phone": 40, "budget": 30, "model": 20}
LONGEST_OTHER = 300
FURTHEST = timedelta(days=3 * 366)
LARGEST = 1_000_000_000
"""In whole units of the currency."""
_PHONE = re.compile(r"(?:\+|00)[0-9 ()./\-\u00a0\u2011]+")
_WHEN = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a field: the name of a sentence, and what it mentions."""

    sentence: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they were typed, for the page to show again."""

    values: Mapping[str, str]
    trapped: bool

    def get(self, name: str) -> str:
        """A field's text."""
        return self.values.get(name, "")


def read(form: Mapping[str, str]) -> Typed:
    """What was typed, without line breaks and blanks that nobody meant."""
    values: dict[str, str] = {}
    for name in FIELDS:
        text = form.get(name, "").replace("\r\n", "\n")
        values[name] = text.strip() if name == "message" else " ".join(text.split())
    return Typed(values, bool(form.get(TRAP, "").strip()))


def check(
    typed: Typed, categories: Collection[str], locale: str, now: datetime
) -> tuple[Asked | None, dict[str, Mistake]]:
    """What is asked; None with what is wrong, by field, where something is."""
    mistakes: dict[str, Mistake] = {}
    for field in FIELDS:
        text, most = typed.get(field), LONGEST.get(field, LONGEST_OTHER)
        if unreadable(text, lines=field == "message"):
            mistakes[field] = Mistake("unreadable")
        elif len(text) > most:
            mistakes[field] = Mistake("too_long", str(most))
    found = {field: typed.get(field) or None for field in FIELDS}
    name, email, phone = found["name"], found["email"], found["phone"]
    if name is None:
        mistakes.setdefault("name", Mistake("name_missing"))
    if email is None and phone is None:
        mistakes.setdefault("email", Mistake("contact_missing"))
    if email is not None and not is_address(email):
        mistakes.setdefault("email", Mistake("mail_end" if lacks_ending(email) else "mail_wrong"))
    if phone is not None and not (_PHONE.fullmatch(phone) and 7 <= sum(char.isdigit() for char in phone) <= 17):
        mistakes.setdefault("phone", Mistake("phone_wrong"))
    if typed.get("category") not in categories:
        mistakes.setdefault("category", Mistake("category_missing"))
    budget = None
    if found["budget"] is not None:
        budget = _budget(found["budget"], typed.get("currency"))
        if budget is None:
            mistakes.setdefault("budget", Mistake("budget_wrong"))
    times = _times(typed, now, mistakes)
    if mistakes or name is None or times is None:
        return None, {field: mistakes[field] for field in FIELDS if field in mistakes}
    model = found["model"]
    asked = Asked(
        name=name,
        email=email,
        phone=phone,
        company=found["company"],
        category=typed.get("category"),
        starts_at=times[0],
        ends_at=times[1],
        zone=typed.get("zone"),
        city=found["city"],
        budget=budget,
        message=found["message"],
        model=model.upper() if model is not None else None,
        locale=locale,
    )
    return asked, {}


def _times(typed: Typed, now: datetime, mistakes: dict[str, Mistake]) -> tuple[str, str] | None:
    if typed.get("zone") not in available_timezones():
        mistakes.setdefault("zone", Mistake("zone_missing"))
        return None
    zone = ZoneInfo(typed.get("zone"))
    found: dict[str, datetime] = {}
    for name in ("starts_at", "ends_at"):
        moment = _moment(typed.get(name), zone)
        if isinstance(moment, Mistake):
            mistakes.setdefault(name, moment if typed.get(name) else Mistake(f"{name}_missing"))
        else:
            found[name] = moment
    start, end = found.get("starts_at"), found.get("ends_at")
    if start is not None and start <= now:
        mistakes.setdefault("starts_at", Mistake("past"))
    if start is not None and end is not None and end <= start:
        mistakes.setdefault("ends_at", Mistake("backwards"))
    for name, moment in found.items():
        if moment > now + FURTHEST:
            mistakes.setdefault(name, Mistake("too_far"))
    if start is None or end is None:
        return None
    return _text(start), _text(end)


def _moment(text: str, zone: ZoneInfo) -> datetime | Mistake:
    """An instant from a time on the wall; the first of the two where a clock is put back."""
    match = _WHEN.fullmatch(text)
    try:
        wall = datetime.strptime(f"{match[1]} {match[2]}", "%Y-%m-%d %H:%M") if match else None  # noqa: DTZ007
    except ValueError:  # the thirtieth of February
        wall = None
    if wall is None or not 1_970 < wall.year < 9_999:
        return Mistake("date_wrong")
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != wall:
        return Mistake("skipped")
    return instant


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _budget(text: str, currency: str) -> dict[str, object] | None:
    """Money from how people write it; None for no amount that is a budget."""
    if currency not in CURRENCIES:
        return None
    digits = exponent(currency)
    amount = minor_units(text, digits)
    if amount is None or not 10**digits <= amount <= LARGEST * 10**digits:
        return None
    return {"amount": amount, "currency": currency}
