"""``virel calendar``: how much working time lies between two instants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import click

from app.cli.given_json import AmbiguousError, read_json
from app.cli.options import FOUND, CannotRun, Shared, loaded, print_json, shared_options
from engine.conditions.values import Timestamp
from engine.diagnostics import did_you_mean, one_line

if TYPE_CHECKING:
    from engine.calendars.model import Calendar
    from engine.catalog import Catalog


MOST_YEARS = 200
"""How far the instants of a line may lie apart: working out a calendar's days takes time for each year."""
_YEAR = 31_556_952 * 1_000_000_000
"""The mean year of the Gregorian calendar in nanoseconds."""


@click.group()
@shared_options
def calendar() -> None:
    """Measure with the calendars of the folder."""


@calendar.command()
@click.argument("id", metavar="ID")
@click.option(
    "--batch", "file", required=True, type=click.File("rb"), metavar="FILE", help="JSON Lines: start and end."
)
@shared_options
@click.pass_obj
def seconds(shared: Shared, id: str, file: BinaryIO) -> int:
    """Print the working time of a calendar between the instants of each line.

    A line each: {"start": "…", "end": "…"} in, {"seconds": 3600} out; the end before the start gives a negative number.
    A line that cannot be understood, or whose instants lie more than 200 years apart, is answered with
    {"error": "…"}, and the exit status is then 1.
    """
    found = _calendar(loaded(shared.config), id)
    broken = False
    for number, line in enumerate(file, start=1):
        try:
            start, end = _instants(line)
        except ValueError as problem:
            broken = True
            click.echo(f"{file.name}:{number}: {problem}", err=True)
            print_json({"error": f"line {number}: {problem}"})
            continue
        whole, rest = divmod(int(found.worked(start, end)), 1_000_000_000)
        print_json({"seconds": whole + rest / 1_000_000_000 if rest else whole})
    return FOUND if broken else 0


def _calendar(catalog: Catalog, id: str) -> Calendar:
    if id in catalog.calendars:
        return catalog.calendars[id]
    lost = next((d for d in catalog.unavailable if d.kind == "calendar" and d.id == id), None)
    if lost is not None:
        raise CannotRun(f"{one_line(lost.source.file)} is unavailable; `virel check` says why")
    hint = did_you_mean(id, catalog.calendars) or "the calendars are " + (
        ", ".join(sorted(catalog.calendars)) or "none"
    )
    raise CannotRun(f'there is no calendar "{id}"; {hint}')


def _instants(line: bytes) -> tuple[Timestamp, Timestamp]:
    """The two instants of a line. Raises ValueError with a sentence for whoever wrote it."""
    try:
        case: Any = read_json(line)
    except AmbiguousError:
        raise
    except ValueError:
        raise ValueError("this is no JSON object") from None
    if not isinstance(case, dict):
        raise ValueError("this is no JSON object")
    found = []
    for key in ("start", "end"):
        value = case.get(key)
        if not isinstance(value, str):
            raise ValueError(f'"{key}" is missing; write {{"start": "2026-03-27T10:00:00Z", "end": …}}')
        try:
            found.append(Timestamp.parse(value))
        except ValueError as problem:
            raise ValueError(f'"{key}": {problem}') from None
    start, end = found
    if abs(end - start) > MOST_YEARS * _YEAR:
        raise ValueError(f'"start" and "end" lie more than {MOST_YEARS} years apart; ask for shorter stretches')
    return start, end
