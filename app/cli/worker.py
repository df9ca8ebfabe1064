"""``virel worker``: performs what is due, until it is told to stop."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.options import CannotRun, Shared, print_json, shared_options
from app.cli.store import answering, data_option, migrated, settings_of


@click.command()
@data_option
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@shared_options
@click.pass_obj
def worker(shared: Shared, data: Path | None, once: bool) -> None:
    """Perform timers, clocks and schedules, and deliver messages. As many workers as wanted may run on one store."""
    import threading

    from app.bootstrap import bootstrap
    from app.outbox.deliver import channel_for
    from app.workers.wakeups import Wakeups, huey_for
    from app.workers.worker import Worker

    settings = settings_of(data)
    migrated(settings)
    if not once:
        answering(settings)
    platform = bootstrap(settings)
    try:
        if once:
            count = Worker(platform, channel_for(settings)).run_once()
            print_json({"performed": count}) if shared.format == "json" else click.echo(f"{count} things done")
            return
        wakeups = Wakeups(huey_for(settings, embedded=False), platform.clock)
        platform.pipeline.waits = wakeups.at
        click.echo("working; stop with Ctrl-C")
        Worker(platform, channel_for(settings), wakeups).run(threading.Event())
    except LookupError as error:
        raise CannotRun(str(error)) from None
    finally:
        platform.close()
