"""The commands every entity knows: create, update, move, record what happened. Authorize, handle, record, automate.

They work on a road within a unit of work. Values come in as JSON has them; what does not fit is told all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import uuid_utils

from app.road.audit import last_actor
from app.road.fitting import LONGEST, in_order, misfit
from app.road.problems import (
    Fault,
    ForbiddenError,
    InvalidError,
    NeverHandedOutError,
    NotAllowedNowError,
    NotFoundError,
    StaleError,
)
from app.road.road import StoredRoad
from app.road.texts import unreadable
from engine.access.decide import Decision, decide
from engine.access.grants import CheckedGrant
from engine.diagnostics import did_you_mean
from engine.machines.model import STANDARD_FIELDS, Machine
from engine.machines.records import UnfitValue
from engine.simulation.events import Event
from engine.simulation.world import Record

Check = Callable[[StoredRoad, Record | None, Record], None]
"""Raises a problem where an entity may not become what it would be, because of others; told what it was, None if new."""
LOCKS = {"booking": "model", "slot": "model", "option": "slot"}
"""Whose row is locked before an entity takes its time: two that want the same model queue instead of colliding."""


Versions = int | Collection[int]
"""The version from which a change may start, or several, any one of which is enough."""


def new_id() -> str:
    """A new identifier: a UUIDv7, which sorts by time."""
    return str(uuid_utils.uuid7())


def decision(road: StoredRoad, permission: str, machine: str | None, record: Record | None) -> Decision:
    """What the caller's roles say."""
    actor = road.journal.caller.actor
    return decide(road.catalog.access.of(actor["roles"]), actor, permission, machine, record, road.world, road.now)


def readable(road: StoredRoad, machine: Machine, id: str, *, lock: bool = False) -> tuple[Record, Decision | None]:
    """An entity that the caller may read, and what is hidden of it. Raises NotFoundError, also for one of others."""
    record = road.store.lock(machine.id, id) if lock else road.store.tables[machine.id].get(id)
    if record is None:
        raise NotFoundError(machine.id, id)
    if road.journal.caller.system:
        return record, None
    found = decision(road, f"{machine.plural}.read", machine.id, record)
    if not found.allowed:
        raise NotFoundError(machine.id, id)
    return record, found


def may_read(road: StoredRoad, machine_id: str, id: str) -> bool:
    """Whether there is such an entity and the caller may read it."""
    try:
        readable(road, road.catalog.machines[machine_id], id)
    except NotFoundError:
        return False
    return True


def allow(road: StoredRoad, permission: str, machine: Machine, record: Record | None) -> Decision | None:
    """Raises ForbiddenError unless the caller may do this; what of it, where they may."""
    if road.journal.caller.system:
        return None
    found = decision(road, permission, machine.id, record)
    if not found.allowed:
        place = found.place
        where = f"{place.file}:{place.line}" if place is not None else None
        raise ForbiddenError(machine.id, str(record.get("id", "")) if record else "", permission, found.reason, where)
    return found


def machine_of(road: StoredRoad, id: str) -> Machine:
    """A machine of the live release."""
    return road.catalog.machines[id]


def current(road: StoredRoad, machine: Machine, id: str, version: Versions | None) -> None:
    """Raises StaleError unless the entity is of a version that the caller knows; None takes any."""
    known = road.store.version(machine.id, id)
    wanted = {version} if isinstance(version, int) else version
    if wanted is None or known in wanted:
        return
    if min(wanted) > known:  # versions only rise
        raise NeverHandedOutError(machine.id, id)
    raise StaleError(machine.id, id, known, last_actor(road.connection, machine.id, id))


def read_values(road: StoredRoad, machine: Machine, values: Mapping[str, Any], *, whole: bool) -> Record:
    """Typed values of a machine's fields; null stands for nothing. Raises InvalidError with all that does not fit.

    With ``whole`` every field that is not optional must be there.
    """
    reader = road.catalog.readers[machine.id]
    names = [*machine.fields, *machine.relations]
    faults: list[Fault] = []
    found: Record = {}
    for name, value in values.items():
        pointer = f"/{name}"
        if name not in names:
            set_elsewhere = name in STANDARD_FIELDS
            hint = "it is set by the platform" if set_elsewhere else did_you_mean(name, names) or "no such field"
            faults.append(Fault(pointer, "unknown_field", hint))
            continue
        if value is None:
            found[name] = None
            continue
        try:
            found[name] = reader.value(name, value)
        except UnfitValue as problem:
            faults.append(Fault(pointer, "invalid", str(problem)))
            continue
        wrong = misfit(machine, name, found[name])
        if wrong is not None:
            faults.append(Fault(pointer, "invalid", wrong))
        relation = machine.relations.get(name)
        if relation is not None and not is_known(road, relation.machine, value):
            faults.append(Fault(pointer, "not_found", f"there is no {relation.machine} {value}"))
    required = reader.required
    for name in required:
        if (whole and found.get(name) is None) or (name in found and found[name] is None):
            if not any(fault.pointer == f"/{name}" for fault in faults):
                faults.append(Fault(f"/{name}", "missing", f"{machine.id} needs {name}"))
    if faults:
        raise InvalidError(sorted(faults, key=lambda fault: fault.pointer))
    return found


def is_known(road: StoredRoad, machine_id: str, id: str) -> bool:
    """Whether a caller may refer to an entity: it is there, and is not hidden from them, which is never told apart.

    People are referred to by all who give work, whether they may read them or not.
    """
    record = road.store.tables[machine_id].get(id)
    if record is None or road.journal.caller.system or machine_id == "user":
        return record is not None
    return decision(road, f"{road.catalog.machines[machine_id].plural}.read", machine_id, record).allowed


def allow_some(road: StoredRoad, permission: str, machine: Machine) -> None:
    """Raises ForbiddenError where no role grants it for any entity: who may not ask is told nothing of their values."""
    caller = road.journal.caller
    grants = road.catalog.access.of(caller.actor["roles"]).grants.get(permission, ())
    if not caller.system and not any(grant.machine == machine.id for grant in grants):
        allow(road, permission, machine, None)


def allow_setting(road: StoredRoad, machine: Machine, names: Iterable[str]) -> None:
    """Raises ForbiddenError for a field that the caller sees on no entity: what is set freely is found out by comparison."""
    hidden = never_seen(road, machine)
    for name in names:
        if name in hidden:
            grant = road.catalog.access.of(road.journal.caller.actor["roles"]).reading[machine.id][0]
            raise _unseen(machine, "", f"{machine.plural}.create", name, grant)


def never_seen(road: StoredRoad, machine: Machine) -> frozenset[str]:
    """The fields that every reading grant of the caller hides."""
    caller = road.journal.caller
    grants = road.catalog.access.of(caller.actor["roles"]).reading.get(machine.id, ())
    return frozenset.intersection(*(grant.hide for grant in grants)) if grants and not caller.system else frozenset()


def _unseen(machine: Machine, id: str, permission: str, name: str, grant: CheckedGrant) -> ForbiddenError:
    reason = f'{grant.role} may not see "{name}" of {machine.plural}, and so may not set it: leave it out'
    return ForbiddenError(machine.id, id, permission, reason, f"{grant.place.file}:{grant.place.line}")


def create(
    road: StoredRoad,
    machine_id: str,
    values: Mapping[str, Any],
    *,
    id: str | None = None,
    code: tuple[str, Callable[[], str]] | None = None,
    check: Check | None = None,
) -> Record:
    """A new entity in its initial state. ``code`` names a field and draws its value, once the caller may create it."""
    machine = machine_of(road, machine_id)
    given = values if code is None else {**values, code[0]: "?"}
    found = {name: value for name, value in read_values(road, machine, given, whole=True).items() if value is not None}
    in_order(machine, found)
    lock_resource(road, machine, found)
    made = id or road.store.identify(new_id())
    draft = {**found, "id": made, "status": machine.initial}
    allow(road, f"{machine.plural}.create", machine, draft)
    if check is not None:
        check(road, None, draft)
    if code is not None:
        found[code[0]] = code[1]()
    event = Event(new_id(), f"{machine.id}.created", made, road.now, found, actor=road.journal.caller.actor)
    return apply(road, machine, event)


def update(
    road: StoredRoad,
    machine_id: str,
    id: str,
    values: Mapping[str, Any],
    *,
    version: Versions | None = None,
    check: Check | None = None,
    reason: str | None = None,
) -> Record:
    """An entity with some fields changed; null clears one. Nothing happens where nothing would change. A ``reason``
    stands in the audit: events tell of a change what became of the fields, and nothing else.
    """
    machine = machine_of(road, machine_id)
    record, seen = readable(road, machine, id, lock=True)
    granted = allow(road, f"{machine.plural}.update", machine, record)
    current(road, machine, id, version)
    found = read_values(road, machine, values, whole=False)
    if granted is not None:
        _writable(machine, record, granted, seen, found)
    if reason is not None:
        faults = _unfit("reason", reason)
        if faults:
            raise InvalidError(faults)
    return _changed(road, machine, record, found, check, reason)


def change_fields(
    road: StoredRoad, machine: Machine, record: Record, values: Mapping[str, Any], *, version: Versions | None = None
) -> Record:
    """An entity with some fields changed by a caller whom another permission allows to."""
    current(road, machine, record["id"], version)
    return _changed(road, machine, record, read_values(road, machine, values, whole=False))


def _changed(
    road: StoredRoad,
    machine: Machine,
    record: Record,
    found: Record,
    check: Check | None = None,
    reason: str | None = None,
) -> Record:
    id = record["id"]
    changes = {name: (record.get(name), value) for name, value in found.items() if record.get(name) != value}
    if not changes:
        return record
    becomes = {**record, **found}
    in_order(machine, becomes)
    lock_resource(road, machine, becomes)
    if check is not None:
        check(road, record, becomes)
    data = {name: value for name, (_, value) in changes.items() if value is not None}
    event = Event(
        new_id(), f"{machine.id}.updated", id, road.now, data, changes=changes, actor=road.journal.caller.actor
    )
    return apply(road, machine, event, reason)


def _writable(machine: Machine, record: Record, granted: Decision, seen: Decision | None, found: Record) -> None:
    for name in found:
        if seen is not None and seen.grant is not None and name in seen.hidden:
            raise _unseen(machine, record["id"], f"{machine.plural}.update", name, seen.grant)
        if granted.writable is not None and name not in granted.writable:
            permission = f"{machine.plural}.update"
            reason = f'{granted.role} may not change "{name}"'
            place = granted.place
            raise ForbiddenError(
                machine.id, record["id"], permission, reason, f"{place.file}:{place.line}" if place else None
            )


def move(
    road: StoredRoad,
    machine_id: str,
    id: str,
    transition: str,
    inputs: Mapping[str, Any] | None = None,
    *,
    version: Versions | None = None,
    check: Check | None = None,
) -> Record:
    """An entity that has taken a transition. ``inputs`` are those that the transition requires, such as a reason."""
    machine = machine_of(road, machine_id)
    record, _ = readable(road, machine, id, lock=True)
    named = machine.transitions.get(transition)
    if named is None:
        hint = did_you_mean(transition, machine.transitions) or "the transitions are " + ", ".join(machine.transitions)
        raise InvalidError([Fault("/transition", "unknown", f'{machine.id} has no transition "{transition}"; {hint}')])
    allow(road, named.permission, machine, record)
    current(road, machine, id, version)
    given = {name: value for name, value in (inputs or {}).items() if value is not None and str(value).strip()}
    faults = [
        Fault(f"/{name}", "missing", f'"{transition}" needs a {name}') for name in named.requires if name not in given
    ]
    for name, value in given.items():
        faults += _unfit(name, value)
    if faults:
        raise InvalidError(faults)
    lock_resource(road, machine, record)
    if check is not None and record["status"] in named.sources:
        check(road, record, {**record, "status": named.target})
    return take_transition(road, machine, record, transition, given)


def _unfit(name: str, value: Any) -> list[Fault]:
    """What is wrong with an input of a command."""
    if isinstance(value, str) and len(value) > LONGEST:
        return [Fault(f"/{name}", "invalid", f"at most {LONGEST} characters")]
    if isinstance(value, str) and unreadable(value, lines=True):
        return [Fault(f"/{name}", "invalid", "expected a text without control characters")]
    return []


def take_transition(
    road: StoredRoad, machine: Machine, record: Record, transition: str, given: Mapping[str, Any]
) -> Record:
    """An entity that has taken a transition, by a caller who is allowed to. Raises NotAllowedNowError.

    Where the machine declares an event for just this transition (``payment.succeeded``), that is what is recorded, with
    what the entity knows of its data: whoever marks a payment as paid by hand sets off what the provider's word does.
    """
    declared = [one for one in machine.events.values() if one.transition == transition]
    if len(declared) == 1:
        known = {name: given.get(name, record.get(name)) for name in declared[0].data}
        told = {**given, **{name: value for name, value in known.items() if value is not None}}
        happened = Event(new_id(), declared[0].type, record["id"], road.now, told, actor=road.journal.caller.actor)
        return apply(road, machine, happened)
    data = {**given, "transition": transition, "from": record["status"], "to": machine.transitions[transition].target}
    id = record["id"]
    event = Event(new_id(), f"{machine.id}.status_changed", id, road.now, data, actor=road.journal.caller.actor)
    return apply(road, machine, event)


def record_event(
    road: StoredRoad, machine_id: str, id: str, type: str, data: Mapping[str, Any], *, event_id: str | None = None
) -> Record:
    """An entity of which a declared event is recorded; the transition that the event names is taken."""
    machine = machine_of(road, machine_id)
    record, _ = readable(road, machine, id, lock=True)
    kind = road.kinds[type]
    if kind.reader is None or type not in machine.events:
        raise InvalidError([Fault("/type", "unknown", f'{machine.id} declares no event "{type}"')])
    if kind.transition is not None:
        allow(road, kind.transition.permission, machine, record)
    try:
        typed = kind.reader.read(dict(data))
    except UnfitValue as problem:
        raise InvalidError([Fault("/data", "invalid", str(problem))]) from None
    event = Event(event_id or new_id(), type, id, road.now, typed, actor=road.journal.caller.actor)
    return apply(road, machine, event)


def lock_resource(road: StoredRoad, machine: Machine, record: Mapping[str, Any]) -> None:
    """Locks the row of what the entity takes the time of."""
    relation = LOCKS.get(machine.id)
    target = record.get(relation) if relation is not None else None
    if relation is not None and target is not None:
        road.store.lock(machine.relations[relation].machine, str(target))


def apply(road: StoredRoad, machine: Machine, event: Event, reason: str | None = None) -> Record:
    """Lets a root event happen: the fold takes it, its audit is written, with a ``reason`` that the event does not tell,
    the rules that it meets act.

    Raises NotAllowedNowError where the machine does not allow it.
    """
    kind = road.kinds[event.type]
    event = road.of_unit(event)
    outcome, subject, before = road.fold.root(event, kind, False)
    if outcome.result != "applied" or subject is None:
        state = before["status"] if before is not None else None
        allowed = [one.name for one in machine.transitions.values() if state in one.sources]
        raise NotAllowedNowError(_sentence(outcome.reason or "it does not apply"), allowed)
    road.store.flush()
    road.journal.event(event, reason)
    road.judge(event, kind, subject, before)
    if kind.transition is not None:
        road.runs.follow_transition(event, kind, subject)
    road.settle()
    return subject


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}."
