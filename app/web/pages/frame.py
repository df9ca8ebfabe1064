"""What every page of those who work here stands in: where one may go, who one is, in which language and light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, g, make_response, redirect, render_template, request
from flask_login import current_user

from app.live.sequencer import head
from app.records.database import asking
from app.road.rows import stamp
from app.web.context import platform
from app.web.visitors import may, safe_next
from app.web.wording import moments, words
from app.web.wording.language import COOKIE, LOCALES, locale, marked

THEMES = ("light", "dark")
THEME_COOKIE = "theme"
A_YEAR = 365 * 86_400
LONGEST_NEXT = 2_000
STILL = frozenset({"pages.built", "pages.static", "pages.favicon"})
"""What shows nothing of the store."""


@dataclass(frozen=True, slots=True)
class Door:
    """A place in the navigation. ``permission`` opens it, the empty one to everybody; ``phone`` puts it into the bar at a phone's foot."""

    key: str
    path: str
    name: str
    icon: str
    permission: str
    phone: bool = False
    part: str = ""


DOORS = (
    Door("work", "/", marked("Action Center"), "inbox", "tasks.read", phone=True),
    Door("inquiries", "/inquiries", marked("Inquiries"), "mail", "inquiries.read", phone=True),
    Door("bookings", "/bookings", marked("Bookings"), "book", "bookings.read", phone=True),
    Door("payments", "/payments", marked("Payments"), "money", "payments.read"),
    Door("models", "/models", marked("Models"), "users", "models.read", phone=True),
    Door("clients", "/clients", marked("Clients"), "user", "clients.read"),
    Door("audit", "/audit", marked("Audit"), "audit", "", part=marked("Decisions")),
    Door("people", "/people", marked("People and roles"), "lock", "users.read", part=marked("Decisions")),
)


def doors() -> list[Door]:
    """The doors that this visitor's roles open at all."""
    return [door for door in DOORS if not door.permission or may(door.permission)]


def note_feed() -> None:
    """Notes up to where the feed goes before a page reads anything: whatever it shows is at least as new."""
    if request.method == "GET" and "HX-Request" not in request.headers and request.endpoint not in STILL:
        with asking(platform().database) as connection:
            g.upto = head(connection)


def upto() -> int | None:
    """The feed's number from which this page's browser hears on; None on a page that answers a form."""
    found: int | None = g.get("upto")
    return found


def page(template: str, here: str, status: int = 200, **what: Any) -> Response:
    """A page in its frame. ``here`` is the key of the door it lies behind, or a word of its own."""
    return make_response(render_template(template, here=here, doors=doors(), **what), status)


def fragment(template: str, **what: Any) -> Response:
    """A part of a page, to be put in its place."""
    return make_response(render_template(template, **what))


def language(code: str) -> Response:
    """Turns this browser to a language and goes back to where it was."""
    return _kept(COOKIE, code if code in LOCALES else None)


def theme(name: str) -> Response:
    """Turns this browser light or dark, or to what the machine is set to."""
    return _kept(THEME_COOKIE, name if name in THEMES else None)


def _kept(cookie: str, value: str | None) -> Response:
    response = make_response(redirect(safe_next(request.args.get("next", "")[:LONGEST_NEXT]), 303))
    if value is None:
        response.delete_cookie(cookie, path="/", samesite="Lax")
    else:
        response.set_cookie(cookie, value, max_age=A_YEAR, path="/", secure=request.is_secure, samesite="Lax")
    return response


def surroundings() -> dict[str, Any]:
    """What every template may ask for: the visitor, the language and light, and how things are said."""
    chosen = request.cookies.get(THEME_COOKIE)
    return {
        "visitor": current_user,
        "locale": locale(),
        "locales": LOCALES,
        "theme": chosen if chosen in THEMES else "",
        "may": may,
        "word": words.word,
        "written": words.written,
        "briefly": words.briefly,
        "moments": moments,
        "undo_seconds": platform().settings.undo_seconds,
        "release": _release(),
        "role_words": role_words,
        "initials": initials,
        "preview_end": preview_end,
        "preview_left": preview_left,
        "upto": upto(),
    }


def initials(name: str | None) -> str:
    """The letters that stand for a name: of its first two words that have one, whatever marks stand before it."""
    firsts = [next((letter for letter in word if letter.isalnum()), "") for word in (name or "").split()]
    return "".join([one for one in firsts if one][:2]).upper()


def role_words(roles: list[str]) -> list[str]:
    """The visitor's roles in words."""
    return [words.word("role", role) for role in roles]


def preview_end() -> str:
    """When the visitor's look through another role ends, on their clock."""
    return moments.hour(stamp(current_user.preview.until))


def preview_left() -> int:
    """How many milliseconds it still lasts, whatever the browser's own clock says."""
    left: int = (current_user.preview.until - platform().identity.now) // 1_000
    return left


def _release() -> int | None:
    with platform().database.connect() as connection:
        try:
            return platform().releases.live(connection)
        except LookupError:
            return None
