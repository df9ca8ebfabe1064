"""``--migrate``: where entities go whose state vanishes, as JSON on the command line or in a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.options import CannotRun
from engine.diagnostics import render

if TYPE_CHECKING:
    from engine.machines.model import Machine
    from engine.reading.source import Source
    from engine.releases.migration import Migration, Vanishing


def migration(said: str, lost: Vanishing, new: Mapping[str, Machine]) -> Migration:
    """The migration that ``--migrate`` says. Raises ``CannotRun`` for one with mistakes."""
    from engine.releases.migration import read_migration

    source = migration_source(said)
    plan, mistakes = read_migration(source, lost, new)
    if mistakes:
        raise CannotRun("\n".join(render(one, source.line(one.place.line)) for one in mistakes))
    return plan


def migration_source(said: str) -> Source:
    """The text of a migration: JSON as it stands on the command line, or the file of that name."""
    from engine.reading.read import source_from_bytes
    from engine.reading.source import Source

    if said.lstrip().startswith("{"):
        return Source("--migrate", said)
    try:
        source, problem = source_from_bytes(said, Path(said).read_bytes())
    except OSError as error:
        raise CannotRun(f"{said}: {error.strerror or error}") from error
    if problem is not None:
        raise CannotRun(render(problem, None))
    return source
