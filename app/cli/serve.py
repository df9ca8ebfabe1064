"""``virel serve``: the platform, at work."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.demo_store import begin
from app.cli.options import CannotRun, Shared, shared_options
from app.cli.store import answering, data_option, settings_of

if TYPE_CHECKING:
    from app.settings import Settings

DEMO_DAYS = 10
MOST_SAID = 64 * 1024
"""Bytes of one message that a socket of the live feed may send."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port to listen on.")
@data_option
@click.option("--demo", is_flag=True, help="A small agency at work, with logins for everybody.")
@click.option("--days", type=click.IntRange(1, 90), default=DEMO_DAYS, show_default=True, help="The demo's past days.")
@click.option("--speed", type=click.FloatRange(0, 3600), default=1.0, show_default=True, help="How fast its days run.")
@shared_options
@click.pass_obj
def serve(shared: Shared, host: str, port: int, data: Path | None, *, demo: bool, days: int, speed: float) -> None:
    """Serve the pages, the REST interface and the live feed, with the workers beside them."""
    import uvicorn

    from app.bootstrap import bootstrap
    from app.clock import ScaledClock, WallClock
    from app.outbox.deliver import channel_for
    from app.serving import Serving
    from app.workers.wakeups import Wakeups, huey_for
    from app.workers.worker import Worker

    settings = settings_of(data, "demo" if demo else None)
    wall = WallClock()
    clock = ScaledClock(wall.now(), 1.0) if demo else wall
    listening = click.get_current_context().with_resource(bound(host, port))
    port = listening.getsockname()[1]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if "VIREL_PUBLIC_URL" not in os.environ:  # letters and tokens then name this very port
        settings = replace(
            settings,
            public_url=f"http://127.0.0.1:{port}" if ip_address(listening.getsockname()[0]).is_unspecified else address,
        )
    answering(settings)
    prepare(settings, shared.config)
    platform = bootstrap(settings, clock)
    story = begin(platform, clock, days, speed) if isinstance(clock, ScaledClock) else None
    end = threading.Event()
    wakeups = Wakeups(huey_for(settings, embedded=True), clock)
    platform.pipeline.waits = wakeups.at
    worker = Worker(platform, channel_for(settings), wakeups)
    working = threading.Thread(target=worker.run, args=(end,), name="worker", daemon=True)
    if settings.redis is None:  # with Redis the workers are processes of their own
        working.start()
    click.echo(f"\nVirel is at work: {address}")
    if demo:
        click.echo("Sign in as owner, manager, operator, content or finance @demo.virel, password demo-demo-demo")
    click.echo("Stop it with Ctrl-C.")
    try:
        config = uvicorn.Config(
            Serving(platform),
            log_level="warning",
            server_header=False,
            ws_max_size=MOST_SAID,
            ws_per_message_deflate=False,  # it would cost every socket memory
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])
    finally:
        if story is not None:
            story.stop()
        end.set()
        if working.is_alive():
            working.join(5)
        platform.close()


def bound(host: str, port: int) -> socket.socket:
    """A socket that is bound, before anything is begun, and listens once all is ready. Raises CannotRun."""
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
        except OSError:
            made.close()
            raise
    except OSError as error:
        reason = str(error.strerror).lower()
        raise CannotRun(f"cannot listen on {host}:{port}: {reason}; choose another with --host or --port") from None
    return made


def prepare(settings: Settings, config: Path) -> None:
    """Brings an embedded or demo store to its schema, and publishes the documents where none are live yet.

    A store of production is left as it is: ``virel migrate`` and ``virel release publish`` are acts of their own.
    """
    from app.records.database import open_database
    from app.records.releases import ReleaseStore
    from app.store import schema
    from engine.conditions.values import Timestamp
    from engine.releases.content import content_of

    settings.data.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.database)
    try:
        if settings.production:
            if not schema.is_current(database):
                raise CannotRun("the store has not the schema of this version: run `virel migrate` first")
            return
        schema.upgrade(database)
        with ReleaseStore(database).publishing() as releases:
            if releases.live() is None:
                content = content_of(config)
                if not content.catalog().ok:
                    raise CannotRun("the documents have mistakes: `virel check` says which")
                now = Timestamp(time.time_ns())
                releases.add(content, author="setup", message="The documents of the folder", at=now)
    finally:
        database.dispose()
