"""What every expression of a folder may mention: the machines' fields, relations, states and moves.

It is the ``Vocabulary`` that ``engine.conditions`` asks. An inverse relation goes by the other machine's plural; where
two relations of that machine point here, by plural and relation (``tasks_by_assignee``) so that none is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.conditions.scope import Field, Function, Inverse, Member, Relation
from engine.conditions.types import STRING, TIMESTAMP, StateType
from engine.machines.model import Machine


class MachineVocabulary:
    """The vocabulary of a set of machines, with the functions that a host adds."""

    def __init__(self, machines: Mapping[str, Machine], functions: Mapping[str, Function] | None = None) -> None:
        self._machines = machines
        self.event_types = frozenset(kind for machine in machines.values() for kind in machine.event_types())
        self.functions: Mapping[str, Function] = functions or {}
        self._members: dict[str, dict[str, Member]] = {}
        inverses = _inverses(machines)
        for machine in machines.values():
            members: dict[str, Member] = {
                "id": Field(STRING, False),
                "status": Field(StateType(machine.id), False),
                "created_at": Field(TIMESTAMP, False),
                "updated_at": Field(TIMESTAMP, False),
                "status_since": Field(TIMESTAMP, False),
            }
            members.update(inverses.get(machine.id, {}))
            members.update({n: r for n, r in machine.relations.items() if r.machine in machines})
            members.update(machine.fields)
            self._members[machine.id] = members

    def machines(self) -> Iterable[str]:
        return self._machines

    def member(self, machine: str, name: str) -> Member | None:
        return self._members[machine].get(name) if machine in self._members else None

    def names(self, machine: str) -> Iterable[str]:
        return self._members.get(machine, {})

    def states(self, machine: str) -> Iterable[str]:
        return self._machines[machine].states if machine in self._machines else ()

    def groups(self, machine: str) -> Mapping[str, frozenset[str]]:
        return self._machines[machine].groups if machine in self._machines else {}

    def transitions(self, machine: str) -> Iterable[str]:
        return self._machines[machine].transitions if machine in self._machines else ()

    def relations(self, machine: str) -> Mapping[str, Relation]:
        """The relations of one machine that lead somewhere known."""
        members = self._members.get(machine, {})
        return {name: member for name, member in members.items() if isinstance(member, Relation)}


def _inverses(machines: Mapping[str, Machine]) -> dict[str, dict[str, Inverse]]:
    pointing: dict[tuple[str, str], list[str]] = {}
    for machine in machines.values():
        for name, relation in machine.relations.items():
            pointing.setdefault((relation.machine, machine.id), []).append(name)
    found: dict[str, dict[str, Inverse]] = {}
    for (target, source), relations in pointing.items():
        plural = machines[source].plural
        here = found.setdefault(target, {})
        for relation_name in relations:
            name = plural if len(relations) == 1 else f"{plural}_by_{relation_name}"
            here[name] = Inverse(source, relation_name)
    return found
