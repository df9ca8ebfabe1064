"""Where a command takes facts from: a log of events, or entities as they stand in a JSON file."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.given_json import AmbiguousError, read_json
from app.cli.options import CannotRun, Command, Instant
from engine.diagnostics import one_line

if TYPE_CHECKING:
    from engine.catalog import Catalog
    from engine.conditions.values import Timestamp
    from engine.diagnostics import Diagnostic
    from engine.simulation.simulation import Simulation


def facts_options(command: Command) -> Command:
    """Adds ``--events``, ``--facts`` and ``--at``."""
    command = click.option(
        "--at",
        type=Instant(),
        metavar="TIME",
        help="The instant that is asked about; by default the last event, or with --facts now.",
    )(command)
    command = click.option(
        "--facts",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Entities as they stand, as JSON: fields by machine and id.",
    )(command)
    return click.option("--events", type=click.Path(path_type=Path), metavar="FILE", help="What happened, as JSONL.")(
        command
    )


def known(catalog: Catalog, events: Path | None, facts: Path | None, at: Timestamp | None) -> tuple[Simulation, bool]:
    """The world that was asked about, and whether all of the file was understood; what was not is told.

    Raises ``CannotRun``.
    """
    if (events is None) is (facts is None):
        raise CannotRun("name the facts: either --events FILE or --facts FILE")
    if events is not None:
        return _from_events(catalog, events, at)
    assert facts is not None
    from engine.conditions.values import Timestamp
    from engine.machines.records import UnfitValue
    from engine.simulation.facts import as_they_stand

    try:
        return as_they_stand(catalog, _json(facts), Timestamp(time.time_ns()) if at is None else at), True
    except UnfitValue as problem:
        raise CannotRun(f"{facts}: {problem}") from None


def _from_events(catalog: Catalog, path: Path, at: Timestamp | None) -> tuple[Simulation, bool]:
    from engine.events.jsonl import UnreadableError, read_events
    from engine.simulation.facts import at_the_end
    from engine.simulation.horizon import TooFarError

    broken: list[Diagnostic] = []
    try:
        events = [event for _, event in read_events(path, broken.append)]
    except UnreadableError as error:
        raise CannotRun(f"{path}: {error.diagnostic.message}") from None
    for one in broken[:20]:
        click.echo(one_line(f"{one.place.file}:{one.place.line}: skipped: {one.message}"), err=True)
    try:
        return at_the_end(catalog, events, at), not broken
    except TooFarError as problem:
        raise CannotRun(str(problem)) from None


def _json(path: Path) -> Mapping[str, Any]:
    try:
        found = read_json(path.read_bytes())
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror}") from None
    except AmbiguousError as error:
        raise CannotRun(f"{path}: {error}") from None
    except ValueError as error:
        raise CannotRun(f"{path}: this is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise CannotRun(f'{path}: expected entities by machine and id, such as {{"booking": {{"bk_1": {{…}}}}}}')
    return found
