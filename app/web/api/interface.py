"""Everything the interface offers, put together once."""

from __future__ import annotations

from functools import cache

from flask import Response

from app.web.answers import Answer
from app.web.api import entities
from app.web.api.audit import add_audit
from app.web.api.auth import add_auth
from app.web.api.bookings import add_bookings
from app.web.api.inquiries import add_inquiries
from app.web.api.links import add_links
from app.web.api.me import add_me
from app.web.api.media import add_media
from app.web.api.openapi import described
from app.web.api.operations import Interface, Operation
from app.web.api.undo import add_undo
from app.web.api.users import add_users
from app.web.api.why import add_why
from app.web.api.work import add_work
from app.web.context import platform

VERSION = "1"


@cache
def interface() -> Interface:
    """All operations."""
    found = Interface()
    for kind in entities.KINDS:
        found.add(*entities.operations(kind))
    for add in (add_auth, add_links, add_me, add_users):
        add(found)
    for add in (add_inquiries, add_bookings, add_work, add_audit, add_undo, add_media, add_why):
        add(found)
    found.schemas["Description"] = {"type": "object", "required": ["openapi", "info", "paths"]}
    found.add(
        Operation(
            "GET", "/openapi.json", "openapi", "This description.", _description, {200: "Description"}, public=True
        )
    )
    return found


def _description() -> Response:
    here = platform()
    with here.database.connect() as connection:
        catalog = here.releases.catalog(here.releases.live(connection))
    return Answer(200, described(interface(), catalog, VERSION)).response()
