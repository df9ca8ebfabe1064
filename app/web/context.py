"""What a request stands in: the platform it is served by, and who asks."""

from __future__ import annotations

from typing import cast

from flask import current_app, g, request

from app.bootstrap import Platform
from app.road.caller import Caller
from app.web.signed_in import who
from engine.catalog import Catalog

EXTENSION = "virel"


def platform() -> Platform:
    """The platform that serves this request."""
    return cast(Platform, current_app.extensions[EXTENSION])


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
