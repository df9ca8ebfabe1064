"""What is answered when a request is not carried out: problem details (RFC 9457), never a trace."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import orjson
from flask import Flask, Response, g, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from app.commands.media import QuotaError
from app.identity.refusals import ForeignOriginError, InvalidGrantError, RefusedEntryError, ThrottledError
from app.media.folder import FullError
from app.media.pictures import PictureError
from app.records.database import StoreError
from app.road.problems import (
    BusyError,
    CollisionError,
    ForbiddenError,
    InvalidError,
    NotAllowedNowError,
    NotFoundError,
    StaleError,
)
from app.web.body import MalformedError

LOG = logging.getLogger("virel.web")
_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
TITLES = {
    400: "Malformed request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Unsupported media type",
    422: "Invalid input",
    428: "Version required",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "Busy",
    507: "No room left",
}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """A problem as an answer. ``more`` are members beside the standard ones."""
    body = {
        "type": f"/problems/{more.pop('kind', TITLES.get(status, 'problem').lower().replace(' ', '-'))}",
        "title": TITLES.get(status, "Problem"),
        "status": status,
        "detail": _sentence(detail),
        "request_id": g.get("request_id"),
        **{name: value for name, value in more.items() if value is not None},
    }
    response = Response(orjson.dumps(body), status, content_type="application/problem+json; charset=utf-8")
    response.headers.update(headers or {})
    return response


def _not_found(error: NotFoundError) -> Response:
    return problem(404, "There is nothing here, or nothing that you may see.")


def _forbidden(error: ForbiddenError) -> Response:
    return problem(403, str(error), permission=error.permission, decided_by=error.place)


def _not_now(error: NotAllowedNowError) -> Response:
    return problem(409, str(error), kind="not-allowed-now", allowed_transitions=list(error.allowed))


def _collision(error: CollisionError) -> Response:
    winner = None
    if error.winner is not None:
        machine, id, code = error.winner
        winner = {"type": machine, "id": id, "code": code}
    return problem(409, str(error), kind="collision", winner=winner)


def _stale(error: StaleError) -> Response:
    winner = {"actor": error.actor, "etag": f'"v{error.version}"'} if error.version else None
    return problem(412, str(error), winner=winner)


def _invalid(error: InvalidError) -> Response:
    errors = [{"pointer": one.pointer, "code": one.code, "message": one.message} for one in error.faults]
    return problem(422, "The input does not fit; nothing was changed.", errors=errors)


def _malformed(error: MalformedError) -> Response:
    return problem(error.status, str(error))


def _entry(error: RefusedEntryError) -> Response:
    error_code = "invalid_grant" if isinstance(error, InvalidGrantError) else None
    return problem(401, str(error), headers={"WWW-Authenticate": "Bearer"}, error=error_code)


def _throttled(error: ThrottledError) -> Response:
    return problem(429, str(error), headers={"Retry-After": str(error.seconds)})


def _foreign(error: ForeignOriginError) -> Response:
    return problem(403, str(error), kind="foreign-origin")


def _picture(error: PictureError) -> Response:
    return problem(error.status, str(error))


def _quota(error: QuotaError | FullError) -> Response:
    return problem(507, str(error) or "There is no room left for pictures. Nothing was changed; tell us.", kind="quota")


def _busy(error: BusyError) -> Response:
    return problem(503, str(error), headers={"Retry-After": "1"})


def _store(error: Exception) -> Response:
    LOG.error("the store failed: %s", type(error).__name__, exc_info=error)
    detail = "The store does not answer. Nothing was changed; try again in a moment."
    return problem(503, detail, headers={"Retry-After": "5"})


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    headers = {name: value for name, value in error.get_headers() if name in _HEADERS}
    return problem(status, error.description or TITLES.get(status, ""), headers=headers)


def _unexpected(error: Exception) -> Response:
    LOG.error("request %s to %s failed", g.get("request_id"), request.path, exc_info=error)
    return problem(500, "Nothing was changed. Tell us the request id and we will find out why.")


def register_problems(app: Flask) -> None:
    """Has the application answer every failure so."""
    handlers: dict[type[Exception], Any] = {
        NotFoundError: _not_found,
        ForbiddenError: _forbidden,
        NotAllowedNowError: _not_now,
        CollisionError: _collision,
        StaleError: _stale,
        InvalidError: _invalid,
        MalformedError: _malformed,
        BusyError: _busy,
        RefusedEntryError: _entry,
        ThrottledError: _throttled,
        ForeignOriginError: _foreign,
        PictureError: _picture,
        QuotaError: _quota,
        FullError: _quota,
        StoreError: _store,
        DBAPIError: _store,
        HTTPException: _http,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        app.register_error_handler(kind, _noting(handler))


def _noting(handler: Callable[[Any], Response]) -> Callable[[Exception], Response]:
    """The handler, with what went wrong left behind for pages that say it in their reader's language."""

    def handle(error: Exception) -> Response:
        g.problem = error
        return handler(error)

    return handle
