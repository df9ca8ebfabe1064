"""What ``simulate`` and ``demo`` share: writing days with progress, and saying why it cannot be done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from app.agency.life import OPENING
from app.agency.stage import UnplayableError
from app.agency.writer import Written, missing_machines, write_days
from app.cli.options import CannotRun

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from engine.catalog import Catalog


def written_days(
    catalog: Catalog, folder: Path, file: Path, *, days: int, seed: int, start: date = OPENING, scale: float = 1.0
) -> Written:
    """Simulates into ``file``, with progress on a terminal; whatever is in the way ends the command in a sentence."""
    if missing := missing_machines(catalog):
        raise CannotRun(
            f"{folder}: no machine {', '.join(missing)}; the simulator plays a model agency and needs its documents"
        )
    try:
        return write_days(catalog, file, days=days, seed=seed, start=start, scale=scale, progress=_progress(days))
    except OSError as error:
        raise CannotRun(f"{file}: {error.strerror}; choose another place with -o") from None
    except UnplayableError as error:
        raise CannotRun(f"{folder}: its machines do not take what happens at an agency: {error}") from None
    finally:
        if sys.stderr.isatty():
            click.echo("\r\x1b[K", nl=False, err=True)


def _progress(days: int) -> Callable[[int], None] | None:
    def show(over: int) -> None:
        click.echo(f"\rday {over} of {days}", nl=False, err=True)

    return show if sys.stderr.isatty() else None
