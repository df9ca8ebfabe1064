"""``virel seed``: an empty demo store is filled with the agency's past days; nothing is served."""

from __future__ import annotations

import os
from pathlib import Path

import click

from app.cli.demo_store import begin, last_instant
from app.cli.options import CannotRun, Shared, print_json, shared_options
from app.cli.serve import DEMO_DAYS, prepare
from app.cli.store import data_option, settings_of


@click.command()
@data_option
@click.option("--days", type=click.IntRange(1, 90), default=DEMO_DAYS, show_default=True, help="How many past days.")
@shared_options
@click.pass_obj
def seed(shared: Shared, data: Path | None, days: int) -> None:
    """Fill an empty demo store with the agency's past days; `virel serve --demo` then goes on from there."""
    from app.bootstrap import bootstrap
    from app.clock import ScaledClock, WallClock
    from app.identity.demo import is_demo

    if os.environ.get("VIREL_MODE") == "production":
        raise CannotRun("VIREL_MODE is production: only a demo is seeded")
    settings = settings_of(data, "demo")
    prepare(settings, shared.config)
    clock = ScaledClock(WallClock().now(), 0)
    platform = bootstrap(settings, clock)
    try:
        if last_instant(platform) is not None:
            with platform.database.connect() as connection:
                marked = is_demo(connection)
            raise CannotRun(
                "this demo store is filled already: serve it with `virel serve --demo`, or name another folder with --data"
                if marked
                else "people work in this store: it does not become a demo; name another folder with --data"
            )
        life = begin(platform, clock, days, 0, quiet=shared.format == "json")
        life.stop()
        life.join()
    finally:
        platform.close()
    if shared.format == "json":
        print_json({"days": days, "events": life.events})
