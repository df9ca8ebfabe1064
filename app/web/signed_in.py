"""Who a request comes from: the session of its cookie or the token that it bears."""

from __future__ import annotations

from flask import Request
from werkzeug.exceptions import Unauthorized

from app.bootstrap import Platform
from app.road.caller import Caller


def who(platform: Platform, request: Request) -> Caller:
    """The caller. Raises Unauthorized where nothing says who it is, or what says so no longer holds."""
    raise Unauthorized("Sign in, or send a token.")
