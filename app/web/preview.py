"""Looking at the pages as another role would see them: for an owner, for a quarter of an hour, and without any write.

What is looked through lies in a signed cookie that is bound to one session: nobody can make or lend one. At every
request it is asked again whether the person is still an owner and whether their own roles still cover the other one
whole; what is seen is then what that role grants and nothing else. A request that would change something is refused
before any page is asked, except leaving and signing out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Request, Response

from app.bootstrap import Platform
from app.identity.people import OWNER
from app.identity.presence import SESSION, Presence, Preview
from engine.access.grants import CheckedGrant, CheckedRoles

COOKIE = "preview"
LASTS = 15 * 60 * 1_000_000
"""Microseconds."""
MOST_QUEUES = 50


@dataclass(frozen=True, slots=True)
class NotCovered:
    """Why a role is not looked through: a permission that it grants more widely than one's own roles."""

    role: str
    permission: str


def begin(platform: Platform, response: Response, here: Presence, role: str, queues: list[str]) -> None:
    """Has a session look through a role from the next request on. The caller asks ``uncovered`` and who it is before."""
    until = platform.identity.now + LASTS
    told = {"role": role, "queues": sorted(queues)[:MOST_QUEUES], "session": here.sign_in, "until": until}
    secure = platform.settings.public_url.startswith("https://")
    value = str(_seal(platform).dumps(told))
    response.set_cookie(
        COOKIE, value, max_age=LASTS // 1_000_000, path="/", secure=secure, httponly=True, samesite="Lax"
    )


def end(response: Response) -> None:
    """Has the session look with its own roles again."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax")


def looked_through(platform: Platform, request: Request, found: Presence) -> Presence:
    """The presence of a session as the role sees that its cookie says; as it is where that does not hold."""
    cookie = request.cookies.get(COOKIE)
    if not cookie or found.by != SESSION or OWNER not in found.user["roles"]:
        return found
    told = _read(platform, cookie)
    if told is None or told["session"] != found.sign_in or told["until"] <= platform.identity.now:
        return found
    with platform.database.connect() as connection:
        catalog = platform.releases.catalog(platform.releases.live(connection))
    if uncovered(catalog.access, found.user["roles"], told["role"]) is not None:
        return found
    person = {**found.user, "roles": [told["role"]], "queues": told["queues"]}
    return replace(found, user=person, preview=Preview(told["role"], told["until"]))


def uncovered(access: CheckedRoles, own: list[str], role: str) -> NotCovered | None:
    """What of a role its looker's own roles do not cover; None where they cover all of it.

    A grant is covered by one of the same permission that has no condition, hides no more and allows every field to be
    written that it allows: what is seen through the role can then never be more than what is seen anyway.
    """
    if role not in access.grants:
        return NotCovered(role, "")
    held = access.of(own).grants
    for grant in access.grants[role]:
        if not any(_covers(wide, grant) for wide in held.get(grant.permission, ())):
            return NotCovered(role, grant.permission)
    return None


def _covers(wide: CheckedGrant, grant: CheckedGrant) -> bool:
    fields = wide.fields is None or (grant.fields is not None and grant.fields <= wide.fields)
    return wide.machine == grant.machine and wide.where is None and wide.hide <= grant.hide and fields


def _seal(platform: Platform) -> URLSafeSerializer:
    return URLSafeSerializer(platform.keys("preview")[::-1], salt="preview")


def _read(platform: Platform, cookie: str) -> Mapping[str, Any] | None:
    try:
        told: Any = _seal(platform).loads(cookie)
    except BadData:
        return None
    fits = isinstance(told, dict) and told.keys() == {"role", "queues", "session", "until"}
    return told if fits else None
