"""The access matrix: what each role may do, in each state, to what is its own, its queue's or another's.

It is read off the documents: of an entity only its state and whose it is are taken as known, and a condition that
hangs on more is told as one that depends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.access.grants import CheckedGrant, CheckedRoles
from engine.conditions.partial import Outcomes, outcomes
from engine.machines.model import Machine

Ownership = Literal["own", "queue", "other", "any"]
Answer = Literal["yes", "no", "depends"]

ME, SOMEBODY, MY_QUEUE, ANOTHER_QUEUE = "me", "somebody", "my queue", "another queue"
FIRST = ("read", "create", "update", "assign")


@dataclass(frozen=True, slots=True)
class Cell:
    """One role's answer. ``hidden`` are the fields it does not see, ``fields`` those it may write (None: all).

    ``state`` and ``ownership`` are None for a permission that is about no entity.
    """

    role: str
    machine: str | None
    permission: str
    state: str | None
    ownership: Ownership | None
    answer: Answer
    hidden: tuple[str, ...]
    fields: tuple[str, ...] | None

    def as_json(self) -> dict[str, Any]:
        """The form that ``virel access matrix`` prints."""
        return {
            "role": self.role,
            "machine": self.machine,
            "permission": self.permission,
            "state": self.state,
            "ownership": self.ownership,
            "decision": {"yes": "allowed", "no": "refused"}.get(self.answer, self.answer),
            "hidden": list(self.hidden),
            "fields": None if self.fields is None else list(self.fields),
        }


def ownerships(machine: Machine) -> tuple[Ownership, ...]:
    """Whose an entity can be, as far as its machine tells: by a relation to a user, by a queue."""
    persons = any(relation.machine == "user" for relation in machine.relations.values())
    queue = "queue" in machine.fields
    if not persons and not queue:
        return ("any",)
    return (*(("own",) if persons else ()), *(("queue",) if queue else ()), "other")


def permissions_of(machine: Machine, granted: Iterable[str]) -> list[str]:
    """Every permission on a machine: the usual ones, those granted, those of its transitions."""
    verbs = dict.fromkeys(f"{machine.plural}.{verb}" for verb in FIRST)
    moves = dict.fromkeys(transition.permission for transition in machine.transitions.values())
    own = sorted(name for name in set(granted) if name.partition(".")[0] == machine.plural)
    return list({**verbs, **dict.fromkeys(name for name in own if name not in moves), **moves})


def cells(roles: CheckedRoles, machines: Mapping[str, Machine]) -> Iterator[Cell]:
    """The whole matrix, machine by machine."""
    granted = {grant.permission for grants in roles.grants.values() for grant in grants}
    for machine in sorted(machines.values(), key=lambda one: one.id):
        for permission in permissions_of(machine, granted):
            for role, grants in sorted(roles.grants.items()):
                here = [grant for grant in grants if grant.permission == permission]
                for state in machine.states:
                    for whose in ownerships(machine):
                        yield _cell(role, machine, permission, state, whose, here)
    plurals = {machine.plural for machine in machines.values()}
    for permission in sorted(name for name in granted if name.partition(".")[0] not in plurals):
        for role, grants in sorted(roles.grants.items()):
            answer: Answer = "yes" if any(grant.permission == permission for grant in grants) else "no"
            yield Cell(role, None, permission, None, None, answer, (), ())


def granted_by_nobody(roles: CheckedRoles, machines: Mapping[str, Machine]) -> list[str]:
    """The permissions of transitions that no role grants: nobody takes these moves by hand."""
    granted = {grant.permission for grants in roles.grants.values() for grant in grants}
    moves = {move.permission for machine in machines.values() for move in machine.transitions.values()}
    return sorted(moves - granted)


def _cell(
    role: str, machine: Machine, permission: str, state: str, whose: Ownership, grants: list[CheckedGrant]
) -> Cell:
    answers = [(grant, answer) for grant in grants if (answer := _answer(grant, machine, state, whose, role)) != "no"]
    if not answers:
        return Cell(role, machine.id, permission, state, whose, "no", (), ())
    hidden = frozenset.intersection(*(grant.hide for grant, _ in answers))
    fields = [grant.fields for grant, _ in answers]
    writable = None if None in fields else tuple(sorted(frozenset().union(*(one for one in fields if one))))
    sure: Answer = "yes" if any(answer == "yes" for _, answer in answers) else "depends"
    return Cell(role, machine.id, permission, state, whose, sure, tuple(sorted(hidden)), writable)


def _answer(grant: CheckedGrant, machine: Machine, state: str, whose: Ownership, role: str) -> Answer:
    found = possible(grant, machine, state, whose, role)
    if found == {"true"}:
        return "yes"
    return "depends" if "true" in found else "no"


def possible(grant: CheckedGrant, machine: Machine, state: str, whose: Ownership, role: str) -> Outcomes:
    """What a grant's condition can come to for an entity in this state that is whose."""
    if grant.where is None:
        return frozenset(("true",))
    record: dict[str, Any] = {"status": state}
    known = {"status"}
    if whose != "any":
        for name, relation in machine.relations.items():
            if relation.machine == "user":
                known.add(name)
                if whose != "queue" or not relation.optional:
                    record[name] = ME if whose == "own" else SOMEBODY
        if "queue" in machine.fields:
            known.add("queue")
            record["queue"] = MY_QUEUE if whose == "queue" else ANOTHER_QUEUE
    actor = {"id": ME, "roles": [role], "queues": [MY_QUEUE]}
    return outcomes(grant.where, (None, record, None, None, actor, None), known)
