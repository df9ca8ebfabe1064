"""What a request stands in: the platform it is served by, and who asks."""

from __future__ import annotations

from typing import cast

from flask import current_app, g, request

from app.bootstrap import Platform
from app.clock import ScaledClock
from app.road.caller import Caller
from app.web.signed_in import who
from engine.catalog import Catalog

EXTENSION = "virel"


def platform() -> Platform:
    """The platform that serves this request."""
    return cast(Platform, current_app.extensions[EXTENSION])


def undo_window() -> int:
    """How long a command can be undone, in microseconds of the platform's clock: in a demo whose days run fast, as long
    as it is on the wall.
    """
    here = platform()
    speed = here.clock.speed if isinstance(here.clock, ScaledClock) else 1.0
    return int(here.settings.undo_seconds * 1_000_000 * max(1.0, speed))


def caller() -> Caller:
    """Who asks. Raises Unauthorized for a request without a session or a token that holds."""
    known: Caller | None = g.get("caller")
    if known is None:
        known = g.caller = who(platform(), request)
    return known


def catalog() -> Catalog:
    """The documents in force."""
    here = platform()
    with here.database.connect() as connection:
        return here.releases.catalog(here.releases.live(connection))
