"""A form that makes something carries a token of its own, so that sending it twice makes one thing."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hashlib import sha256

from flask import request

from app.road.idempotency import Kept, find, keep
from app.road.problems import NotAllowedNowError
from app.road.road import StoredRoad
from app.web.context import caller, platform
from app.web.wording.language import gettext as _
from engine.simulation.world import Record

FIELD = "once"
SHORTEST, LONGEST = 16, 64


def token() -> str:
    """The token of the form as it was sent, or a new one."""
    given = request.form.get(FIELD, "")
    plain = given.isascii() and given.isprintable() and SHORTEST <= len(given) <= LONGEST
    return given if plain else secrets.token_urlsafe(24)


def made_once(work: Callable[[StoredRoad], Record]) -> str:
    """The id of what the form makes, and of what it made already where it comes again.

    Raises NotAllowedNowError for a form that made something and now comes with other content.
    """
    who, key = caller(), f"form:{token()}"
    sent = sorted((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    fingerprint = sha256("\0".join([request.path, *(f"{name}={value}" for name, value in sent)]).encode()).hexdigest()

    def once(road: StoredRoad) -> str:
        known = find(road, who.id, key)
        if known is not None:
            if known.fingerprint != fingerprint:
                raise NotAllowedNowError(_("This form was saved already. Open a new one to make another."))
            return str(known.body["id"])
        id = str(work(road)["id"])
        keep(road, who.id, key, Kept(fingerprint, 303, {}, {"id": id}))
        return id

    return platform().pipeline.run(who, once)
