"""Who a request comes from: the session of its cookie or the token that it bears."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from flask import g, has_app_context
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.wrappers import Request, Response

from app.bootstrap import Platform
from app.identity import presence, sessions
from app.identity.presence import Presence
from app.identity.refusals import ForeignOriginError, NotSignedInError
from app.identity.sign_in import Origin
from app.road.caller import Caller
from app.web.preview import looked_through

HOST_COOKIE, PLAIN_COOKIE = "__Host-sid", "sid"
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf_token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def who(platform: Platform, request: Request) -> Caller:
    """The caller. Raises Unauthorized where nothing says who it is, or what says so no longer holds, and Forbidden for
    a write that another site may have sent. A handshake of a socket is judged like any other request.
    """
    return Caller(
        present(platform, request).actor, g.get("request_id") if has_app_context() else None, request.remote_addr
    )


def present(platform: Platform, request: Request) -> Presence:
    """The person behind a request, read from the store once a request. Raises what ``who`` raises."""
    known: Presence | None = g.get("presence") if has_app_context() else None
    if known is not None:
        return known
    try:
        found = _present(platform, request)
    except NotSignedInError as error:
        raise Unauthorized(str(error), www_authenticate=WWWAuthenticate("bearer")) from error
    except ForeignOriginError as error:
        raise Forbidden(str(error)) from error
    if has_app_context():
        g.presence = found
    return found


def _present(platform: Platform, request: Request) -> Presence:
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        if scheme.casefold() != "bearer" or not token:
            raise NotSignedInError("Send the token as `Authorization: Bearer TOKEN`.")
        return presence.by_token(platform.identity, token.strip())
    cookie = request.cookies.get(cookie_name(platform))
    if not cookie:
        raise NotSignedInError("Sign in, or send a token.")
    watching = request.headers.get("Upgrade", "").casefold() == "websocket"  # looking on is no work: it may go idle
    found = presence.by_session(platform.identity, cookie, note=not watching)
    if request.method not in SAFE:
        same_origin(platform, request)
        given = request.headers.get(CSRF_HEADER) or _field(request) or ""
        if not found.csrf or not hmac.compare_digest(given.encode("utf-8", "replace"), found.csrf.encode()):
            raise ForeignOriginError(f"Send the session's token as {CSRF_HEADER} or as the field {CSRF_FIELD}.")
    return looked_through(platform, request, found)


def _field(request: Request) -> str | None:
    forms = ("application/x-www-form-urlencoded", "multipart/form-data")
    return request.form.get(CSRF_FIELD) if request.mimetype in forms else None


def same_origin(platform: Platform, request: Request) -> None:
    """Raises ForeignOriginError unless the browser says that a page of this very site sent the request.

    ``Sec-Fetch-Site`` is believed first, since no page can set it; else ``Origin`` must be this host's.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site != "same-origin":
        raise ForeignOriginError("This was sent from another site.")
    if origin is not None and origin not in (_own(request), _public(platform)):
        raise ForeignOriginError("This was sent from another site.")
    if site is None and origin is None:
        raise ForeignOriginError("The request does not say which site it comes from: send Origin, or use a token.")


def _own(request: Request) -> str:
    return f"{request.scheme}://{request.host}"


def _public(platform: Platform) -> str:
    parts = urlsplit(platform.settings.public_url)
    return f"{parts.scheme}://{parts.netloc}"


def secure(platform: Platform) -> bool:
    """Whether browsers reach this platform over TLS, so that cookies may be bound to it."""
    return platform.settings.public_url.startswith("https://")


def cookie_name(platform: Platform) -> str:
    """The session cookie's name: with the prefix that no other host can set, where there is TLS."""
    return HOST_COOKIE if secure(platform) else PLAIN_COOKIE


def origin_of(request: Request) -> Origin:
    """Where a sign-in comes from."""
    return Origin(request.remote_addr, request.headers.get("User-Agent"), g.get("request_id"))


def begin_session(platform: Platform, request: Request, response: Response, email: str, password: str) -> None:
    """Signs a page in: the response sets the cookie of a new session; the session of the cookie before ends.

    Raises ForeignOriginError for what another site sent, WrongPasswordError and ThrottledError.
    """
    same_origin(platform, request)
    name = cookie_name(platform)
    begun = sessions.begin(platform.identity, email, password, origin_of(request), request.cookies.get(name))
    response.set_cookie(name, begun.cookie, path="/", secure=secure(platform), httponly=True, samesite="Lax")


def end_cookie(platform: Platform, response: Response) -> None:
    """Has the browser forget the session and what it kept of its pages."""
    response.delete_cookie(cookie_name(platform), path="/", secure=secure(platform), httponly=True, samesite="Lax")
    # Its language, light and what it has been shown are the browser's own; what was typed its pages forget themselves.
    response.headers["Clear-Site-Data"] = '"cache"'
