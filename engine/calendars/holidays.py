"""The public holidays of countries, from the library ``holidays``, which is loaded when a calendar asks for one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.metadata import version


def countries() -> Mapping[str, list[str]]:
    """The countries whose holidays are known, by code, with the codes of their parts."""
    import holidays

    found: Mapping[str, list[str]] = holidays.list_supported_countries(include_aliases=False)
    return found


@cache
def public_holidays(country: str, year: int) -> Mapping[date, str]:
    """The public holidays of a country (``DE``) or of a part of it (``DE-BY``) in one year, with their names."""
    import holidays

    code, _, part = country.partition("-")
    return dict(holidays.country_holidays(code, subdiv=part or None, years=year))


def library_version() -> str:
    """The version of the library, for whoever notes what dates were frozen with."""
    return version("holidays")
