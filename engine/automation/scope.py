"""What a rule may mention, by the event it is bound to. Source: the language, "In scope"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.conditions.scope import ACTOR, NOW, Alias, Ambiguous, Presence, Scope, Variable, event_variable
from engine.conditions.types import DURATION, STRING, TIMESTAMP, EntityType, EnumType, Field, StateType
from engine.machines.model import Machine
from engine.machines.scope import entity_scope, entity_variables
from engine.machines.vocabulary import MachineVocabulary

__all__ = ["OWNER", "SCHEDULE_EVENT", "entity_scope", "entity_variables", "event_data", "event_scope", "item_scope"]

SCHEDULE_EVENT = "schedule.ticked"
OWNER = {"subject": "subject[0]"}
"""Where the rule's subject is found while an action goes through the items of its ``for_each``."""


def event_data(machine: Machine | None, event_type: str) -> Mapping[str, Field]:
    """What ``event.data`` holds for an event type."""
    if machine is None:
        return {"rule": Field(STRING), "due": Field(TIMESTAMP)}
    name = event_type.partition(".")[2]
    members = {**machine.fields, **{n: Field(EntityType(r.machine), r.optional) for n, r in machine.relations.items()}}
    if name == "created":
        return {**members, "status": Field(StateType(machine.id), True)}
    if name == "updated":
        return {key: replace(member, optional=True) for key, member in members.items()}
    if name == "status_changed":
        # ``from`` is missing in the first row of an imported case and ``transition`` in every row: a condition that
        # reads them there is errored, which is what its author should hear, not that they need a ``has`` elsewhere.
        state = StateType(machine.id)
        moved = {"from": Field(state), "to": Field(state), "transition": Field(STRING)}
        inputs = {key: Field(STRING) for t in machine.transitions.values() for key in t.requires}
        return {**inputs, **moved}
    if name == "timer":
        return {"name": Field(STRING)}
    if name in ("sla_warning", "sla_breached"):
        return {"sla": Field(STRING), "clock": Field(STRING)}
    if name == "dwelled":
        return {"state": Field(StateType(machine.id)), "for": Field(DURATION)}
    declared = machine.events.get(event_type)
    if declared is None:
        return {}
    transition = machine.transitions.get(declared.transition or "")
    inputs = {key: Field(STRING) for key in (transition.requires if transition else ())}
    return {**inputs, **declared.data}


def event_scope(vocabulary: MachineVocabulary, machine: Machine | None, event_type: str) -> Scope:
    """The scope of a rule's condition and actions at one event type; without ``machine`` there is no subject."""
    names: dict[str, Variable | Alias | Ambiguous] = {}
    if machine is not None:
        names.update(entity_variables(vocabulary, machine.id))
        presence: Presence = "never" if event_type == f"{machine.id}.created" else "always"
        names["before"] = Variable(EntityType(machine.id), "before", presence)
    names["event"] = event_variable(event_data(machine, event_type), EnumType(vocabulary.event_types | {event_type}))
    names["now"] = NOW
    names["actor"] = ACTOR
    return Scope(
        names,
        vocabulary,
        vocabulary.functions,
        subject=machine.id if machine is not None else None,
        event=event_type,
    )


def item_scope(scope: Scope, item: str) -> Scope:
    """The scope of an action with ``for_each``: the frame's subject is then the pair (subject, item)."""
    names: dict[str, Variable | Alias | Ambiguous] = {}
    for name, meaning in scope.variables.items():
        if isinstance(meaning, Variable) and meaning.source == "subject":
            meaning = replace(meaning, source=OWNER["subject"])
        names[name] = meaning
    names[item] = Variable(EntityType(item), "subject[1]")
    return replace(scope, variables=names)
