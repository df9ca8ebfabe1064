"""A question about access as people write it: an actor and a resource as JSON.

The resource is ``{"type": MACHINE, "id": …, FIELD: …}``. A relation is an id, or the related entity itself as an
object; an inverse relation is a list of entities. What is so given is all the world that the decision knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.conditions.scope import Inverse, Relation
from engine.conditions.values import Timestamp
from engine.diagnostics import did_you_mean
from engine.machines.model import STANDARD_FIELDS, Machine
from engine.machines.readers import Reader
from engine.machines.records import UnfitValue
from engine.machines.vocabulary import MachineVocabulary

Record = dict[str, Any]


class BadQuestion(ValueError):
    """The question cannot be understood; the message says what is wrong with it and what to write instead."""


@dataclass(slots=True)
class Facts:
    """The entities that a question told of, as conditions ask for them."""

    tables: dict[str, dict[str, Record]]

    def inverse(self, machine: str, relation: str, identity: str) -> list[Record]:
        """The records of ``machine`` whose ``relation`` is the entity, in the order they were told."""
        return [record for record in self.tables[machine].values() if record.get(relation) == identity]

    def count_moves(self, _machine: str, _identity: str, _name: str, _since: int) -> int:
        """Raises ValueError: a question tells no past, so that a condition about it is errored."""
        raise ValueError("a question tells nothing of an entity's past")


def read_actor(value: Any, roles: Iterable[str]) -> Record:
    """The actor of a question, whose roles must be among ``roles``. Raises BadQuestion."""
    if not isinstance(value, dict):
        raise BadQuestion('an actor is a JSON object such as {"id": "us_1", "roles": ["OPERATOR"], "queues": []}')
    _known(value, ("id", "roles", "queues"), "an actor has")
    id = value.get("id")
    if not isinstance(id, str) or not id:
        raise BadQuestion('an actor has an "id", a text')
    names = _texts(value, "roles")
    known = sorted(roles)
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or ("the roles are " + ", ".join(known) if known else "none is declared")
            raise BadQuestion(f'there is no role "{name}"; {hint}')
    return {"id": id, "roles": names, "queues": _texts(value, "queues")}


def _texts(value: Record, key: str) -> list[str]:
    found = value.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BadQuestion(f'"{key}" of an actor is a list of texts')
    return found


def _known(value: Mapping[str, Any], names: Iterable[str], whose: str) -> None:
    for name in value:
        if name not in names:
            hint = did_you_mean(name, names)
            raise BadQuestion(f'{whose} no "{name}"' + (f"; {hint}" if hint else ""))


class ResourceReader:
    """Reads resources of one folder's machines."""

    def __init__(
        self, machines: Mapping[str, Machine], readers: Mapping[str, Reader], vocabulary: MachineVocabulary
    ) -> None:
        self._machines = machines
        self._readers = readers
        self._vocabulary = vocabulary

    def read(self, value: Any) -> tuple[str, Record, Facts]:
        """The machine, the record and the world of a resource. Raises BadQuestion."""
        if not isinstance(value, dict):
            raise BadQuestion('a resource is a JSON object such as {"type": "booking", "id": "bk_1"}')
        machine = value.get("type")
        if not isinstance(machine, str) or machine not in self._machines:
            hint = did_you_mean(str(machine), self._machines) or "the machines are " + ", ".join(sorted(self._machines))
            said = f'there is no machine "{machine}"' if "type" in value else 'a resource has a "type", a machine'
            raise BadQuestion(f"{said}; {hint}")
        facts = Facts({id: {} for id in self._machines})
        return machine, self._entity(machine, {k: v for k, v in value.items() if k != "type"}, facts), facts

    def _entity(self, machine: str, value: Record, facts: Facts) -> Record:
        id = value.get("id")
        if not isinstance(id, str) or not id:
            raise BadQuestion(f'{machine} needs an "id", a text')
        _known(value, [*STANDARD_FIELDS, *self._vocabulary.names(machine)], f"{machine} has")
        record: Record = facts.tables[machine].setdefault(id, {"id": id})
        for name, one in value.items():
            if one is not None and name != "id":
                self._member(machine, record, name, one, facts)
        return record

    def _member(self, machine: str, record: Record, name: str, value: Any, facts: Facts) -> None:
        member = self._vocabulary.member(machine, name)
        if isinstance(member, Relation) and isinstance(value, dict):
            record[name] = self._entity(member.machine, value, facts)["id"]
        elif isinstance(member, Inverse):
            if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
                raise BadQuestion(f'"{name}" of {machine} is a list of entities, each a JSON object')
            for one in value:
                self._entity(member.machine, {**one, member.relation: record["id"]}, facts)
        elif name == "status":
            states = self._machines[machine].states
            if value not in states:
                hint = did_you_mean(str(value), states) or "the states are " + ", ".join(states)
                raise BadQuestion(f'{machine} has no state "{value}"; {hint}')
            record[name] = value
        else:
            try:
                record[name] = (
                    Timestamp.parse(str(value))
                    if name in STANDARD_FIELDS
                    else self._readers[machine].value(name, value)
                )
            except UnfitValue as problem:
                raise BadQuestion(f"{machine}: {problem}") from None
            except ValueError:
                raise BadQuestion(f'{machine}: "{name}" is an instant such as 2026-04-01T10:00:00Z') from None
