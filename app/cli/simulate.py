"""``virel simulate``: days of the agency as a file of events, the same for the same seed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from app.agency.life import OPENING
from app.cli.days import written_days
from app.cli.options import Shared, loaded, print_json, shared_options, tell_unavailable


@click.command()
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="How many days.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same bytes.")
@click.option("--scale", type=click.FloatRange(0.01, 1000), default=1.0, show_default=True, help="How many people ask.")
@click.option(
    "--start", type=click.DateTime(["%Y-%m-%d"]), default=OPENING.isoformat(), show_default=True, help="The first day."
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The events, as JSONL; packed when the name ends in .gz.",
)
@shared_options
@click.pass_obj
def simulate(shared: Shared, days: int, seed: int, scale: float, start: datetime, output: Path) -> None:
    """Simulate the agency's days: what people and providers do, and what the rules make of it."""
    catalog = loaded(shared.config)
    tell_unavailable(catalog)
    first = start.replace(tzinfo=UTC).date()
    written = written_days(catalog, shared.config, output, days=days, seed=seed, start=first, scale=scale)
    if shared.format == "json":
        print_json({"events": written.events, "roots": written.roots, "derived": written.derived})
    else:
        click.echo(
            f"{output}: {written.events:,} events, {written.roots:,} by people and providers, {written.derived:,} by rules"
        )
