"""The option that says where the platform's data lies, and the store that the environment then means."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from app.cli.options import CannotRun

if TYPE_CHECKING:
    from app.settings import Mode, Settings

REDIS_PATIENCE = 3.0
"""Seconds."""
Command = TypeVar("Command", bound=Callable[..., Any])


def data_option(command: Command) -> Command:
    """Adds ``--data``."""
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="The folder of the store and of what was uploaded; by default VIREL_DATA, else var.",
    )(command)


def settings_of(data: Path | None, mode: Mode | None = None) -> Settings:
    """The settings of the environment; a command ends where they have problems."""
    from app.settings import SettingsError, load_settings

    try:
        return load_settings(os.environ, data, mode)
    except SettingsError as error:
        raise CannotRun("\n       ".join(error.problems)) from None


def migrated(settings: Settings) -> None:
    """Ends the command unless the store is of the revision that this version works with."""
    from app.records.database import open_database
    from app.store.schema import newest, revision_of

    database = open_database(settings.database, existing=True)
    try:
        found = revision_of(database)
    finally:
        database.dispose()
    if found != newest():
        raise CannotRun(f"the store is at revision {found or 'none'}, this needs {newest()}: run `virel migrate`")


def answering(settings: Settings) -> None:
    """Ends the command where Redis is configured and does not answer: later it may fail, and nothing is lost."""
    if settings.redis is None:
        return
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with Redis.from_url(
            settings.redis, socket_connect_timeout=REDIS_PATIENCE, socket_timeout=REDIS_PATIENCE
        ) as asked:
            asked.ping()
    except (RedisError, OSError, ValueError) as error:
        raise CannotRun(
            f"the Redis of VIREL_REDIS_URL does not answer: {str(error).rstrip('.')}; start it, or leave it out"
        ) from None
