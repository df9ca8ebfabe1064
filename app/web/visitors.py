"""Who looks at a page: Flask-Login knows whether somebody is signed in, Flask-Principal what their roles let them see.

Both are fed from the session that every request reads anyway, and only when a page asks: the interface for programs
asks the road. Nothing of them lies in a cookie of theirs.
"""

from __future__ import annotations

from functools import cached_property
from urllib.parse import quote

from flask import Flask, Request, redirect, request
from flask_login import LoginManager, UserMixin, current_user
from flask_principal import Identity, Need, Permission, Principal, RoleNeed, UserNeed
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.wrappers import Response

from app.identity.presence import Presence
from app.web.context import platform
from app.web.preview import COOKIE
from app.web.signed_in import SAFE, present
from app.web.wording.language import gettext as _
from app.web.wording.words import word

LOGIN = "/login"
LEAVING = frozenset({"pages.end_preview", "pages.logout", "pages.language", "pages.theme"})
"""What may be sent while one looks through another role: none of it changes the store, except that one has left."""


class LookingOnlyError(Forbidden):
    """A write of who looks through another role; its description is for the reader."""


class Visitor(UserMixin):  # type: ignore[misc]
    """Somebody who is signed in, as pages know them."""

    def __init__(self, presence: Presence) -> None:
        self.presence = presence
        self.id: str = presence.user["id"]
        self.name: str = presence.user["name"] or presence.user["email"] or ""
        self.roles: list[str] = presence.user["roles"]
        self.locale: str | None = presence.user["locale"]
        self.timezone: str | None = presence.user["timezone"]
        self.csrf_token: str | None = presence.csrf
        self.preview = presence.preview
        self.queues: list[str] = presence.user["queues"]


def register_visitors(app: Flask) -> None:
    """Has the application know its visitors."""
    manager = LoginManager()
    manager.session_protection = None  # the session lies in the store, not in a cookie that could be carried off
    manager.request_loader(_visitor)
    manager.unauthorized_handler(_to_login)
    manager.init_app(app)
    principal = Principal(app, use_sessions=False)
    principal.identity_loader(_Lazy)
    app.before_request(_look_only)


def _visitor(here: Request) -> Visitor | None:
    try:
        return Visitor(present(platform(), here))
    except Unauthorized:
        return None  # a write that another site may have sent is no stranger's: that refusal stands


def _look_only() -> None:
    """Raises Forbidden for a write of who looks through another role, before anything else of the request is done."""
    if request.method in SAFE or request.endpoint in LEAVING or COOKIE not in request.cookies:
        return
    try:
        here = present(platform(), request)
    except (Unauthorized, Forbidden):
        return  # whoever answers refuses it for that reason
    if here.preview is not None:
        said = _("You look as %(role)s, and nothing can be changed so. Leave the preview first.")
        raise LookingOnlyError(said % {"role": word("role", here.preview.role)})


def _to_login() -> Response:
    """To the login page, and back afterwards. Parts of pages are not led there: their page says that the session is over."""
    if request.headers.get("HX-Request"):
        raise Unauthorized("Sign in again.")
    there = "/"
    if request.method == "GET":
        there = request.full_path.rstrip("?")
    elif request.url_rule is not None and "GET" in (request.url_rule.methods or ()):
        there = request.path  # a form, which has kept in its browser what was typed
    return redirect(f"{LOGIN}?next={quote(there, safe='/')}")


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a path of this very site, else home."""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\"):
        return "/"
    return target if target.isprintable() and "\\" not in target else "/"


class _Lazy(Identity):  # type: ignore[misc]
    """A principal whose needs are put together when something first asks for them."""

    def __init__(self) -> None:
        self.auth_type = "session"

    @property
    def id(self) -> str | None:
        """The visitor's id; None for a stranger."""
        return current_user.id if current_user.is_authenticated else None

    @cached_property
    def provides(self) -> frozenset[Need]:
        """A need for every permission that the visitor's roles grant, be it for some entities only, and for each role."""
        if not current_user.is_authenticated:
            return frozenset()
        here = platform()
        with here.database.connect() as connection:
            release = here.releases.live(connection)
        grants = here.releases.catalog(release).access.of(current_user.roles).grants
        granted = [Need("permission", permission) for permission in grants]
        return frozenset([*granted, UserNeed(current_user.id), *map(RoleNeed, current_user.roles)])


def may(permission: str) -> bool:
    """Whether the visitor's roles grant a permission at all: whether a page shows a door, never whether it opens."""
    return bool(Permission(Need("permission", permission)).can())


def needs(permission: str) -> Permission:
    """What a page or a part of it needs; ``.require(403)`` makes it a decorator or a context."""
    return Permission(Need("permission", permission))
