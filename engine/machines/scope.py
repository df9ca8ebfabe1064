"""What an expression about one entity may mention. Source: the language, "In scope"."""

from __future__ import annotations

from engine.conditions.scope import ACTOR, NOW, Alias, Ambiguous, Scope, Variable
from engine.conditions.types import EntityType
from engine.machines.vocabulary import MachineVocabulary


def entity_variables(
    vocabulary: MachineVocabulary, machine: str, source: str = "subject"
) -> dict[str, Variable | Alias | Ambiguous]:
    """An entity by its machine's id, and its relations by name, up to two steps.

    A relation of the entity itself wins over one two steps away; several two steps away under one name are ambiguous.
    """
    names: dict[str, Variable | Alias | Ambiguous] = {}
    direct = vocabulary.relations(machine)
    distant: dict[str, list[tuple[str, ...]]] = {}
    for name, relation in direct.items():
        for further in vocabulary.relations(relation.machine):
            distant.setdefault(further, []).append((machine, name, further))
    for name, paths in distant.items():
        names[name] = Alias(paths[0]) if len(paths) == 1 else Ambiguous(tuple(paths))
    for name in direct:
        names[name] = Alias((machine, name))
    names[machine] = Variable(EntityType(machine), source)
    return names


def entity_scope(vocabulary: MachineVocabulary, machine: str) -> Scope:
    """The scope where there is an entity but no event: guards, policies, the ``where`` of a schedule."""
    names = entity_variables(vocabulary, machine)
    names["now"] = NOW
    names["actor"] = ACTOR
    return Scope(names, vocabulary, vocabulary.functions)
