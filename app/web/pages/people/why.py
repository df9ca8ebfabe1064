"""Why somebody may or may not do something: the decision, the line of the role that says so, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Response, request
from flask_login import login_required

from app.commands.codes import FIELDS
from app.road import commands
from app.road.lists import page
from app.road.problems import NotFoundError
from app.road.road import StoredRoad
from app.store.entities import ENTITIES
from app.web.answers import shown
from app.web.context import caller, platform
from app.web.pages import frame
from app.web.wording.language import gettext as _
from app.web.wording.said import sentence
from app.web.wording.words import word
from engine.access.decide import Decision, decide
from engine.access.grants import RoleSet
from engine.access.matrix import permissions_of
from engine.catalog import Catalog
from engine.conditions.reads import FieldRead
from engine.simulation.world import Record

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. ``hidden`` are the fields that may not be seen of what may be read; ``missing`` says what was not found."""

    allowed: bool
    reason: str
    place: str
    hidden: tuple[str, ...] = ()
    about: str = ""
    missing: str = ""
    field: str = ""


@login_required  # type: ignore[untyped-decorator]
def why() -> Response:
    """The question as a form, and its answer once it is asked. Anybody may ask about themselves."""
    asked = {name: request.args.get(name, "").strip()[:LONGEST] for name in ("permission", "person", "entity", "field")}
    found = platform().pipeline.read(caller(), lambda road: _read(road, asked))
    return frame.page("people/why.html", "people", asked=asked, **found)


def _read(road: StoredRoad, asked: dict[str, str]) -> dict[str, Any]:
    permissions = all_permissions(road.catalog)
    people = _people(road)
    answer = None
    if asked["permission"] in permissions:
        answer = _answer(road, asked["permission"], asked["person"], asked["entity"], asked["field"])
    machines = sorted(road.catalog.machines.values(), key=lambda one: one.id)
    return {
        "permissions": _grouped(road.catalog, permissions),
        "fields": {one.plural: sorted(one.fields) for one in machines},
        "people": people,
        "answer": answer,
        "me": caller().id,
    }


def all_permissions(catalog: Catalog) -> dict[str, str]:
    """Every permission that there is, with the machine that it is about; the empty one for none."""
    granted = {grant.permission for grants in catalog.access.grants.values() for grant in grants}
    found: dict[str, str] = {}
    for machine in sorted(catalog.machines.values(), key=lambda one: one.id):
        found |= dict.fromkeys(permissions_of(machine, granted), machine.id)
    return found | {one: "" for one in sorted(granted) if one not in found}


def _grouped(catalog: Catalog, permissions: dict[str, str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for permission, machine in permissions.items():
        groups.setdefault(catalog.machines[machine].plural if machine else "", []).append(permission)
    return groups


def _people(road: StoredRoad) -> list[dict[str, Any]]:
    """Whom the caller may ask about: those whom they may change, since the answer tells what these may see."""
    if "users.update" not in road.catalog.access.of(road.journal.caller.actor["roles"]).grants:
        return []
    machine = road.catalog.machines["user"]
    found = page(road, "user", limit=100, cursor=None, filter='user.status == "active"').records
    allowed = [one for one in found if commands.decision(road, "users.update", "user", one).allowed]
    return sorted((shown(road, machine, one) for one in allowed), key=lambda one: str(one.get("name") or ""))


def _answer(road: StoredRoad, permission: str, person: str, entity: str, field: str = "") -> Verdict:
    own = road.journal.caller.actor
    actor = own
    if person and person != own["id"]:
        other, _seen = commands.readable(road, road.catalog.machines["user"], person)
        commands.allow(road, "users.update", road.catalog.machines["user"], other)
        actor = {"id": person, "roles": other.get("roles") or [], "queues": other.get("queues") or []}
    record: Record | None = None
    about = all_permissions(road.catalog)[permission] or None
    plural, _sep, named = field.partition(".")
    if named and (about is None or road.catalog.machines[about].plural != plural):
        return Verdict(False, "", "", missing=_("This permission is about another kind: choose one of its fields."))
    if about is not None:
        if named and named not in road.catalog.machines[about].fields:
            return Verdict(False, "", "", missing=_("There is no such field."))
        record = _found(road, about, entity) if entity else None
        if entity and record is None:
            missing = _("There is no %(kind)s %(code)s, or you may not see it.")
            return Verdict(False, "", "", missing=missing % {"kind": word("kind", about).lower(), "code": entity})
        if record is None and _rests_on_one(road.catalog.access.of(actor["roles"]), permission):
            missing = _("It depends on which one: say its code.")
            return Verdict(False, "", "", missing=missing)
    roles = road.catalog.access.of(actor["roles"])
    decided = decide(roles, actor, permission, about, record or {"id": ""}, road.world, road.now, named or None)
    if named and decided.allowed and named in decided.hidden:
        place = f"{decided.place.file}:{decided.place.line}" if decided.place is not None else ""
        return Verdict(False, _hides(decided, named), place, about=_name(about, record), field=named)
    place = f"{decided.place.file}:{decided.place.line}" if decided.place is not None else ""
    return Verdict(
        decided.allowed, _told(road, decided), place, tuple(sorted(decided.hidden)), _name(about, record), field=named
    )


def _rests_on_one(roles: RoleSet, permission: str) -> bool:
    """Whether the answer may differ from one entity to another."""
    grants = roles.grants.get(permission, ())
    return bool(grants) and all(grant.where is not None for grant in grants)


def _hides(decided: Decision, field: str) -> str:
    """That a role lets one read all but this field."""
    text = _("%(role)s may read it, without the field %(field)s.")
    return text % {"role": word("role", decided.role or ""), "field": word("field", field)}


def _told(road: StoredRoad, decided: Decision) -> str:
    """The reason, without values that the one who asks may not see."""
    seen = road.catalog.access.of(road.journal.caller.actor["roles"])
    for doubt in decided.doubts:
        where = doubt.grant.where
        reads = where.reads() if where is not None else ()
        if not all(seen.sees(read) for read in reads if isinstance(read, FieldRead)):
            text = _("%(role)s grants %(permission)s only under a condition, which rests on what you may not see.")
            return text % {"role": doubt.grant.role, "permission": decided.permission}
    return sentence(decided.reason)


def _found(road: StoredRoad, machine_id: str, entity: str) -> Record | None:
    """The entity of a code or an id, where the caller may read it."""
    machine = road.catalog.machines[machine_id]
    table, code = ENTITIES[machine_id], FIELDS.get(machine_id)
    wanted = entity.rpartition("/")[2]
    conditions = [table.c.id == wanted]
    if code is not None:
        conditions.append(table.c[code] == wanted.upper())
    id = road.connection.execute(sa.select(table.c.id).where(sa.or_(*conditions)).limit(1)).scalar()
    if id is None:
        return None
    try:
        return commands.readable(road, machine, id)[0]
    except NotFoundError:
        return None


def _name(machine: str | None, record: Record | None) -> str:
    if machine is None or record is None:
        return ""
    code = FIELDS.get(machine)
    return f"{word('kind', machine)} {record.get(code) if code else record['id']}"
