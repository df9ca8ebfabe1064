"""What ``serve --demo`` and ``seed`` share: the past of a demo store is lived through, with progress."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from app.cli.options import CannotRun

if TYPE_CHECKING:
    from app.bootstrap import Platform
    from app.clock import ScaledClock
    from app.demo.life import DemoLife
    from engine.conditions.values import Timestamp


def begin(platform: Platform, clock: ScaledClock, days: int, speed: float, *, quiet: bool = False) -> DemoLife:
    """Lives through the demo's past where the store is empty, and begins its present, or takes it up again.

    Ends the command where people work in the store. ``quiet`` says nothing when it is done.
    """
    from app.clock import WallClock
    from app.demo.life import DemoLife
    from app.demo.mark import reached
    from app.identity.demo import seed_people
    from app.records.database import hastened
    from app.road.problems import ProblemError

    last = last_instant(platform)
    present = WallClock().now()
    clock.run(0)
    if last is not None:
        present = max(present, last, reached(platform) or last)  # days that ran fast may be ahead of the wall
        clock.put(present)
    life = DemoLife(platform, clock, days=days if last is None else 0, present=present, speed=speed)
    begun = time.monotonic()
    with hastened(platform.database) if last is None else nullcontext():  # nothing of it is anybody's work yet
        if last is None:
            clock.put(life.start_instant)
        try:
            seed_people(platform)
        except ProblemError as problem:
            raise CannotRun(str(problem)) from None
        life.start()
        while not life.caught_up.wait(0.5):
            if sys.stderr.isatty():
                click.echo(f"\rThe agency's last {days} days: {life.events:,} events", nl=False, err=True)
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    if life.failure is not None:
        raise CannotRun(f"the demo could not be set up: {life.failure}")
    if quiet:
        return life
    if last is None:
        click.echo(f"The agency's last {days} days: {life.events:,} events in {time.monotonic() - begun:.1f} s")
    else:
        click.echo("The agency goes on from where it was.")
    return life


def last_instant(platform: Platform) -> Timestamp | None:
    """When the last event of the store happened; None in an empty one."""
    import sqlalchemy as sa

    from app.records.events import EVENTS
    from app.road.rows import stamp

    with platform.database.connect() as connection:
        found = connection.scalar(sa.select(EVENTS.c.time).order_by(EVENTS.c.seq.desc()).limit(1))
    return None if found is None else stamp(found)
