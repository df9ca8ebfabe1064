"""What is said of a person: checked, and the part that people say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.identity.sign_in import address_of
from app.road import commands
from app.road.fitting import zones
from app.road.problems import Fault, InvalidError
from app.road.road import StoredRoad
from app.road.texts import is_address, is_locale
from engine.diagnostics import did_you_mean
from engine.simulation.world import Record

LONGEST = {"name": 200, "queue": 200}
MOST_QUEUES = 50
OWN = ("name", "locale", "timezone")


def say_of_oneself(
    road: StoredRoad, id: str, values: Mapping[str, Any], *, version: commands.Versions | None = None
) -> Record:
    """A person's own name, locale and time zone, which need no permission. Raises InvalidError."""
    faults = [Fault(f"/{name}", "unknown_field", "no such field of your own") for name in values if name not in OWN]
    if faults:
        raise InvalidError(faults)
    given = checked(road, values, new=False)
    record = road.store.lock("user", id)
    assert record is not None
    return commands.change_fields(road, road.catalog.machines["user"], record, given, version=version)


def checked(road: StoredRoad, values: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
    """The values, the address in the form accounts are found by. Raises InvalidError with all that does not fit."""
    found = dict(values)
    faults: list[Fault] = []
    email = found.get("email")
    if isinstance(email, str):
        found["email"] = email = address_of(email)
        if not is_address(email):
            faults.append(Fault("/email", "invalid", "this is no e-mail address, such as name@example.com"))
    elif new or "email" in found:
        faults.append(Fault("/email", "missing", "expected an e-mail address"))
    name = found.get("name")
    if isinstance(name, str) and (not name.strip() or len(name) > LONGEST["name"] or not name.isprintable()):
        faults.append(Fault("/name", "invalid", f"1 to {LONGEST['name']} printable characters"))
    if new or "roles" in found:
        faults.extend(_roles(road, found.get("roles")))
    queues = found.get("queues")
    if isinstance(queues, list) and (
        len(queues) > MOST_QUEUES
        or not all(isinstance(one, str) and 1 <= len(one) <= LONGEST["queue"] and one.isprintable() for one in queues)
    ):
        faults.append(
            Fault(
                "/queues", "invalid", f"at most {MOST_QUEUES} names of queues of at most {LONGEST['queue']} characters"
            )
        )
    if isinstance(found.get("locale"), str) and not is_locale(found["locale"]):
        faults.append(Fault("/locale", "invalid", "a language such as en or ru"))
    if isinstance(found.get("timezone"), str) and found["timezone"] not in zones():
        faults.append(Fault("/timezone", "invalid", "a zone of the IANA database, such as Europe/Berlin"))
    try:
        commands.read_values(road, road.catalog.machines["user"], found, whole=new)
    except InvalidError as error:
        told = {fault.pointer for fault in faults}
        faults.extend(fault for fault in error.faults if fault.pointer not in told)
    if faults:
        raise InvalidError(sorted(faults, key=lambda fault: fault.pointer))
    return found


def _roles(road: StoredRoad, roles: Any) -> Iterable[Fault]:
    known = road.catalog.access.roles
    if not isinstance(roles, list) or not roles or len(set(map(str, roles))) != len(roles):
        yield Fault("/roles", "invalid", "one or more roles, each once: " + ", ".join(sorted(known)))
        return
    for place, role in enumerate(roles):
        if not isinstance(role, str) or role not in known:
            hint = did_you_mean(str(role), known) or "the roles are " + ", ".join(sorted(known))
            yield Fault(f"/roles/{place}", "not_found", f'there is no role "{role}"; {hint}')
