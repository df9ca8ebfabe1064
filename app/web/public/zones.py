"""Time zones as people choose them: by city, with how far each is from UTC at this time of the year."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_datetime, get_timezone_location

HOME = "Europe/Berlin"
"""The agency's own."""
OFFERED = (
    "Pacific/Honolulu America/Anchorage America/Los_Angeles America/Vancouver America/Denver America/Chicago "
    "America/Mexico_City America/New_York America/Toronto America/Bogota America/Sao_Paulo America/Argentina/Buenos_Aires "
    "Atlantic/Reykjavik Europe/Lisbon Europe/London Europe/Dublin Africa/Casablanca Africa/Lagos Europe/Madrid "
    "Europe/Paris Europe/Amsterdam Europe/Brussels Europe/Zurich Europe/Berlin Europe/Copenhagen Europe/Stockholm "
    "Europe/Oslo Europe/Rome Europe/Vienna Europe/Prague Europe/Warsaw Europe/Budapest Europe/Belgrade "
    "Europe/Athens Europe/Bucharest Europe/Helsinki Europe/Riga Europe/Vilnius Europe/Tallinn Europe/Kyiv "
    "Africa/Cairo Africa/Johannesburg Asia/Jerusalem Europe/Istanbul Europe/Minsk Europe/Moscow Asia/Riyadh "
    "Europe/Samara Asia/Dubai Asia/Tbilisi Asia/Yerevan Asia/Baku Asia/Yekaterinburg Asia/Tashkent Asia/Almaty "
    "Asia/Kolkata Asia/Novosibirsk Asia/Bangkok Asia/Singapore Asia/Hong_Kong Asia/Shanghai Australia/Perth "
    "Asia/Tokyo Asia/Seoul Asia/Vladivostok Australia/Sydney Pacific/Auckland"
).split()


def choices(locale: str, now: datetime, chosen: str) -> list[tuple[str, str]]:
    """Zones and how they are shown, from west to east; the chosen one is among them where there is such a zone."""
    known = available_timezones()
    names = [name for name in OFFERED if name in known]
    if chosen in known and chosen not in names:
        names.append(chosen)
    placed = [(now.astimezone(ZoneInfo(name)), name) for name in names]
    ordered = sorted(placed, key=lambda one: (one[0].utcoffset(), _city(one[1], locale)))
    return [(name, f"{_city(name, locale)}, UTC{_offset(local)}") for local, name in ordered]


@lru_cache(maxsize=1_000)
def _city(name: str, locale: str) -> str:
    return get_timezone_location(name, locale=locale, return_city=True)


def _offset(local: datetime) -> str:
    text = local.strftime("%z")
    sign, hours, minutes = text[0].replace("-", "−"), int(text[1:3]), text[3:5]
    return "" if text == "+0000" else f"{sign}{hours}" + (f":{minutes}" if minutes != "00" else "")


def moment(instant: datetime, zone: str, locale: str) -> str:
    """An instant as it is read in a zone, with the zone."""
    local = instant.astimezone(ZoneInfo(zone))
    return format_datetime(local, "EEE d MMM y, HH:mm", tzinfo=ZoneInfo(zone), locale=locale)


def place(zone: str, locale: str) -> str:
    """A zone as it is named to its people."""
    return _city(zone, locale)
