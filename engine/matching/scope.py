"""What the conditions of a matching may mention: two entities by their machines' ids, and the relations of both."""

from __future__ import annotations

from dataclasses import replace

from engine.conditions.scope import ACTOR, NOW, Alias, Ambiguous, Scope, Variable
from engine.machines.scope import entity_variables
from engine.machines.vocabulary import MachineVocabulary

Names = dict[str, Variable | Alias | Ambiguous]


def pair_scope(vocabulary: MachineVocabulary, entity: str, candidate: str) -> Scope:
    """The scope of a matching; the frame's subject is the pair (entity, candidate).

    A machine's id wins over every relation of that name, a relation over one two steps away. What both entities have
    under one name is ambiguous.
    """
    one, other = (entity_variables(vocabulary, machine) for machine in (entity, candidate))
    names: Names = {}
    for name in {**one, **other}:
        paths = _nearest(_paths(one.get(name)) + _paths(other.get(name)))
        if paths:
            names[name] = Alias(paths[0]) if len(paths) == 1 else Ambiguous(paths)
    for machine, variables, source in ((entity, one, "subject[0]"), (candidate, other, "subject[1]")):
        variable = variables[machine]
        assert isinstance(variable, Variable)
        names[machine] = replace(variable, source=source)
    names["now"] = NOW
    names["actor"] = ACTOR
    return Scope(names, vocabulary, vocabulary.functions)


def _paths(meaning: Variable | Alias | Ambiguous | None) -> tuple[tuple[str, ...], ...]:
    if isinstance(meaning, Alias):
        return (meaning.path,)
    return meaning.paths if isinstance(meaning, Ambiguous) else ()


def _nearest(paths: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    least = min(map(len, paths), default=0)
    return tuple(path for path in paths if len(path) == least)
