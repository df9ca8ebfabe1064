"""Pages that say what went wrong: what happened, what to do next, and by which number we find it again.

Programs get problem details (`app.web.problems`); a browser that asks for a page gets the same answer as one. Where the
store may be what fails, the page needs nothing of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, g, render_template, request
from flask_login import current_user

from app.identity.refusals import ForeignOriginError
from app.road.problems import ProblemError
from app.web.pages import frame
from app.web.pages.refusals import refusal
from app.web.visitors import LOGIN, LookingOnlyError, safe_next
from app.web.wording.language import asked, marked
from app.web.wording.language import gettext as _

PROBLEM = "application/problem+json"
FRAMED = frozenset({403, 404, 405, 409, 412, 422, 428})
"""Statuses of requests that were understood: who asked is known, and the way on stands in the navigation."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happened, and what its reader can do."""

    title: str
    text: str
    next: str


ELSE = Trouble(
    marked("This was not understood"),
    marked("The request was not one that this page sends. Nothing was changed."),
    marked("Go back and try again. If it happens again, tell us the number below."),
)
TROUBLES = {
    401: Trouble(
        marked("You are signed out"),
        marked("Sessions end after a while without work, and when a password changes. Nothing was changed."),
        marked("Sign in again."),
    ),
    403: Trouble(
        marked("Not with your roles"),
        marked("Your roles do not open this."),
        marked("Ask somebody whose roles do, or have an owner change yours."),
    ),
    404: Trouble(
        marked("Nothing is here"),
        marked("There is nothing at this address, or nothing that you may see."),
        marked("Check the address, or look for it with the search."),
    ),
    409: Trouble(
        marked("Not as things stand"),
        marked("Something else was first, or the state of it does not allow this now. Nothing was changed."),
        marked("Go back, look at it as it is now, and decide anew."),
    ),
    412: Trouble(
        marked("Changed meanwhile"),
        marked("Somebody changed this since your page showed it. Nothing was overwritten."),
        marked("Go back, look at it as it is now, and decide anew."),
    ),
    413: Trouble(
        marked("Too large"),
        marked("What you sent is larger than we take: 20 MB for a picture, 256 kB for a form. Nothing was changed."),
        marked("Send a smaller one."),
    ),
    429: Trouble(
        marked("Too much at once"),
        marked("More requests came from you than we take in a minute. Nothing was changed."),
        marked("Wait a minute and try again."),
    ),
    500: Trouble(
        marked("Something went wrong here"),
        marked("The mistake is ours, and it has been written down. Nothing was changed."),
        marked("Try again. If it happens again, tell us the number below and we will find out why."),
    ),
    503: Trouble(
        marked("Busy"),
        marked("The store does not answer at the moment. Nothing was changed."),
        marked("Try again in a moment."),
    ),
    507: Trouble(
        marked("No room left"),
        marked("There is no room left for pictures. Nothing was changed."),
        marked("Remove some that nobody needs, or tell us."),
    ),
}
FOREIGN = Trouble(
    marked("Sent from another page"),
    marked("This was not sent by a page of your present session. Nothing was changed."),
    marked("Load the page anew and do it again."),
)
"""A write whose page is older than the session, or not of this site at all."""
TROUBLES[405] = TROUBLES[404]
TROUBLES[422] = TROUBLES[428] = ELSE


def register_trouble(app: Flask) -> None:
    """Has browsers that ask for a page get what went wrong as one, and parts of pages get its sentence."""
    app.after_request(_as_page)


def _as_page(response: Response) -> Response:
    if response.mimetype != PROBLEM or request.path.startswith("/api/"):
        return response
    status = response.status_code
    if request.headers.get("HX-Request"):
        if "HX-Trigger" not in response.headers:
            key = "signedOut" if status == 401 else "refused"
            response.headers["HX-Trigger"] = json.dumps({key: {"text": _spoken(status)}})
        return response
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) != "text/html":
        return response
    response.set_data(_page(status))
    response.content_type = "text/html; charset=utf-8"
    response.headers["Vary"] = "Accept"
    return response


def _sentence(status: int) -> str:
    """What happened, in one sentence; of a refusal of the agency's own rules, theirs."""
    error = g.get("problem")
    if isinstance(error, ProblemError) and status in (403, 409, 412):
        return refusal(error)[1]
    if isinstance(error, LookingOnlyError):
        return str(error.description)
    _speak(status)
    return _(_trouble(status).text)


def _spoken(status: int) -> str:
    """The sentence alone, with what its reader needs of the page that is not shown."""
    if _foreign():
        return f"{_sentence(status)} {_(FOREIGN.next)}"
    if status == 500:
        return f"{_sentence(status)} {_('Number of this request:')} {g.get('request_id', '')}"
    return _sentence(status)


def _trouble(status: int) -> Trouble:
    return FOREIGN if _foreign() else TROUBLES.get(status, ELSE)


def _foreign() -> bool:
    error = g.get("problem")
    return ForeignOriginError in (type(error), type(getattr(error, "__cause__", None)))


def _alone(status: int) -> bool:
    """Whether nothing may be asked about who is there: the store may be what fails, or another site may have asked."""
    return status not in FRAMED or _foreign()


def _speak(status: int) -> None:
    """Where nobody may be asked, the language is the one that the browser asks for."""
    if _alone(status) and "locale" not in g:
        g.locale = asked()


def _page(status: int) -> str:
    trouble = _trouble(status)
    framed = not _alone(status) and current_user.is_authenticated
    what: dict[str, Any] = {
        "trouble": trouble,
        "text": _sentence(status),
        "way": _way(status),
        "request_id": g.get("request_id", ""),
    }
    if framed:
        return render_template("trouble.html", here="", doors=frame.doors(), **{**frame.surroundings(), **what})
    _speak(status)
    chosen = request.cookies.get(frame.THEME_COOKIE)
    theme = chosen if chosen in frame.THEMES else ""
    # Without the context of pages, which reads the store.
    template = current_app.jinja_env.get_template("trouble_alone.html")
    return template.render(locale=g.get("locale") or asked(), theme=theme, **what)


def _way(status: int) -> tuple[str, str]:
    """Where the reader goes on, and what the link is called: to where they came from, if that was another page of this site."""
    here = request.full_path.rstrip("?")
    if status == 401:
        return f"{LOGIN}?next={quote(here if request.method == 'GET' else '/', safe='/')}", _("Sign in")
    came = request.referrer or ""
    there = came.removeprefix(request.host_url.rstrip("/"))
    if there == came or (there == here and request.method == "GET"):
        return "/", _("To the start")
    return safe_next(there[: frame.LONGEST_NEXT]), _("Back")
