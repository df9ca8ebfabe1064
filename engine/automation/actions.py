"""The actions of rules: each is checked once and then plans its effect as a value. Source: the language, "Actions".

A plan computes; it changes nothing. Whoever performs effects (the simulation, the application) is elsewhere. A host
adds an action by adding an ``ActionKind`` to the mapping it hands to the catalog.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.automation import messages
from engine.automation.builder import Builder, Planned, rendered
from engine.automation.model import Effect, Emission, Plan, Reads, Written
from engine.automation.paths import Notice
from engine.conditions.condition import Expression, LineInfo
from engine.conditions.money import parse_money
from engine.conditions.reads import FieldRead, carried_by
from engine.conditions.text import Text
from engine.conditions.types import MONEY, STRING
from engine.conditions.values import Duration
from engine.machines.model import STANDARD_FIELDS, Machine
from engine.machines.records import as_json
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Scalar, data

Keys = MappingNode


@dataclass(frozen=True, slots=True)
class ActionKind:
    """How an action of one name is checked; ``build`` returns None after reporting what is wrong."""

    build: Callable[[Builder, Keys], Planned | None]


def _creation(builder: Builder, keys: Keys, machine: str, names: tuple[str, ...], action: str) -> Planned:
    fixed, texts = builder.texts(keys, names)
    due = builder.due(keys, "due")
    assignee = builder.person(keys, "assignee")
    if "priority" not in fixed and machine in ("task", "exception"):
        fixed = {**fixed, "priority": "normal"}
    shown_due = _shown(keys.get("due"))
    sla = fixed.pop("sla", None)
    made = builder.machines[machine]
    kept = {name: value for name, value in fixed.items() if name in made.fields}
    kept_texts = frozenset(name for name, _ in texts if name in made.fields)
    kept_due, kept_assignee = "due" in made.fields, "assignee" in made.relations

    def plan(event: Any, subject: Any, before: Any, now: Any, actor: Any, world: Any) -> Effect:
        keys, values = dict(fixed), dict(kept)
        for name, text in texts:
            keys[name] = shown = rendered(text.render(event, subject, before, now, actor, world))
            if name in kept_texts:
                values[name] = shown
        if due is not None:
            keys["due"] = shown_due
            if kept_due:
                values["due"] = due(now)
        if assignee is not None:
            keys["assignee"] = person = assignee.id(subject, world)
            if kept_assignee:
                values["assignee"] = person
        if sla is not None:
            keys["sla"] = sla
        return Effect(action, keys, machine, None, values)

    emission = Emission(f"{machine}.created", known=fixed)
    told: dict[str, Reads] = {name: own(machine, name) for name in (*fixed, "due")}
    told |= {name: own(machine, name) | text.reads() for name, text in texts}
    if assignee is not None:
        told["assignee"] = own(machine, "assignee") | assignee.reads
    writes = tuple(_written(name, text.line, text.reads(), text=True) for name, text in texts)
    return Planned(plan, f"{made.plural}.create", machine, emission, told=told, writes=writes)


def own(machine: str, name: str) -> Reads:
    """What a key tells that is itself the value of a field."""
    return frozenset({FieldRead(machine, name)})


def _written(field: str, line: LineInfo, reads: Reads, *, text: bool) -> Written:
    return Written(field, reads, line.place, len(line.expression), text)


def _shown(node: Any) -> Any:
    return data(node) if node is not None else None


def create_task(builder: Builder, keys: Keys) -> Planned | None:
    """A task for a queue or a person."""
    if keys.get("queue") is None and keys.get("assignee") is None:
        builder.report.append(messages.task_without_owner(builder.action.place))
    return _creation(builder, keys, "task", ("title", "queue", "priority", "sla"), "create_task")


def create_exception(builder: Builder, keys: Keys) -> Planned | None:
    """Something a person must look at."""
    return _creation(builder, keys, "exception", ("reason", "title", "priority"), "create_exception")


def _target_move(builder: Builder, keys: Keys, machine: Machine) -> tuple[str, tuple[str, ...], str] | None:
    """The state, the states it may be reached from, and the transition (empty: any that fits)."""
    named, to = keys.get("transition"), keys.get("to")
    if isinstance(named, Scalar):
        transition = machine.transitions.get(named.text)
        if transition is None:
            builder.report.append(messages.unknown_transition(named.place, named.text, machine))
            return None
        return transition.target, transition.sources, transition.name
    assert isinstance(to, Scalar)
    leading = [t for t in machine.transitions.values() if t.target == to.text]
    if not leading:
        builder.report.append(messages.no_move_to(to.place, to.text, machine))
        return None
    if len(leading) > 1:
        builder.report.append(messages.ambiguous_move(to.place, to.text, machine, [t.name for t in leading]))
        return None
    return to.text, leading[0].sources, leading[0].name


def update_status(builder: Builder, keys: Keys) -> Planned | None:
    """Takes a transition of an entity in scope."""
    path = builder.path(keys, "entity")
    if path is None:
        return None
    machine = builder.machines[path.machine]
    move = _target_move(builder, keys, machine)
    if move is None:
        return None
    state, sources, transition = move
    inputs = keys.get("with")
    given, texts = (
        builder.texts(inputs, tuple(k.text for k, _ in inputs.entries)) if isinstance(inputs, MappingNode) else ({}, [])
    )
    given = {name: value for name, value in given.items() if value is not None}
    supplied = {*given, *(name for name, _ in texts)}
    for required in machine.transitions[transition].requires:
        if required not in supplied:
            place = (keys.get("transition") or keys.get("to") or builder.keys).place
            builder.report.append(messages.missing_input(place, machine.id, transition, required))
    written = path.text
    fixed = {"entity": written, "transition": transition, "to": state}

    def plan(event: Any, subject: Any, before: Any, now: Any, actor: Any, world: Any) -> Effect:
        record = path.record(subject, world)
        if not given and not texts:
            return Effect("update_status", fixed, path.machine, record["id"], None)
        values = dict(given)
        for name, text in texts:
            values[name] = rendered(text.render(event, subject, before, now, actor, world))
        return Effect("update_status", {**fixed, "with": values}, path.machine, record["id"], values)

    emission = Emission(
        f"{machine.id}.status_changed", {"status": state}, frozenset({"status"}), path.text, path.own, sources
    )
    status = own(machine.id, "status")
    told = {"id": path.reads, "transition": status, "to": status, "with": frozenset(builder.read)}
    return Planned(plan, machine.transitions[transition].permission, machine.id, emission, told=told)


def set_field(builder: Builder, keys: Keys) -> Planned | None:
    """Sets one field of an entity in scope, to a literal or to what an expression yields."""
    path = builder.path(keys, "entity")
    field, value, expression = keys.get("field"), keys.get("value"), keys.get("expression")
    if path is None or not isinstance(field, Scalar):
        return None
    machine = builder.machines[path.machine]
    name = field.text
    if name in STANDARD_FIELDS:
        builder.report.append(messages.field_set_by_machine(field.place, name))
        return None
    if name not in machine.fields and name not in machine.relations:
        builder.report.append(messages.unknown_field(field.place, name, machine))
        return None
    written = {"entity": path.text, "field": name}
    computed: Expression | None = None
    text: Text | None = None
    literal: Any = None
    if isinstance(expression, Scalar):
        computed = builder.expression(expression, machine, name)
        if computed is None:
            return None
    else:
        assert value is not None
        plain = data(value)
        if isinstance(plain, str) and "{{" in plain and isinstance(value, Scalar):
            text = builder.text(value)
            if name not in machine.fields or machine.fields[name].type != STRING:
                builder.report.append(messages.value_does_not_fit(value.place, "a text with {{ }} is not its type"))
        elif plain is None and (machine.fields.get(name) or machine.relations[name]).optional:
            literal = None  # clears the field: null means that there is nothing
        else:
            try:
                if isinstance(plain, str) and name in machine.fields and machine.fields[name].type == MONEY:
                    plain = parse_money(plain)
                literal = builder.reader(machine).value(name, plain)
            except ValueError as problem:
                builder.report.append(messages.value_does_not_fit(value.place, str(problem)))
                return None

    def plan(event: Any, subject: Any, before: Any, now: Any, actor: Any, world: Any) -> Effect:
        record = path.record(subject, world)
        found = literal
        if computed is not None:
            found = rendered(computed.value(event, subject, before, now, actor, world))
        elif text is not None:
            found = rendered(text.render(event, subject, before, now, actor, world))
        return Effect("set_field", {**written, "value": as_json(found)}, path.machine, record["id"], {name: found})

    fixed = computed is None and text is None
    emission = Emission(
        f"{machine.id}.updated", {name: literal} if fixed else {}, frozenset({name}), path.text, path.own
    )
    if computed is not None and computed.lasting:
        reads = frozenset(read for read in computed.reads() if isinstance(read, FieldRead))
        emission = replace(emission, computed={name: (computed.line.expression, reads)})
    told: dict[str, Reads] = {"id": path.reads, "value": own(machine.id, name)}
    writes: tuple[Written, ...] = ()
    if computed is not None:
        told["value"] |= computed.reads()
        carried = frozenset(carried_by(computed.node, computed.type_of))
        writes = (_written(name, computed.line, carried, text=False),)
    elif text is not None:
        told["value"] |= text.reads()
        writes = (_written(name, text.line, text.reads(), text=True),)
    permission = f"{machine.plural}.update"
    return Planned(plan, permission, machine.id, emission, field=name, told=told, writes=writes)


ASSIGNED = {"user": ("relations", "assignee", "a relation `assignee`"), "queue": ("fields", "queue", "a field `queue`")}


def assign(builder: Builder, keys: Keys) -> Planned | None:
    """Gives an entity to a person, a role or a queue."""
    path = builder.path(keys, "entity")
    if path is None:
        return None
    machine = builder.machines[path.machine]
    user = builder.person(keys, "user")
    named = {key: node.text for key in ("role", "queue") if isinstance(node := keys.get(key), Scalar)}
    if (role := keys.get("role")) is not None:
        builder.role(role)
    for key, (kind, member, words) in ASSIGNED.items():
        if keys.get(key) is not None and member not in getattr(machine, kind):
            builder.report.append(messages.cannot_be_assigned(keys.key(key).place, machine.id, words, key))
    stored = {key: value for key, value in named.items() if key in machine.fields}
    written = {"entity": path.text, **named}

    def plan(event: Any, subject: Any, before: Any, now: Any, actor: Any, world: Any) -> Effect:
        record = path.record(subject, world)
        if user is None:
            return Effect("assign", written, path.machine, record["id"], stored)
        person = user.id(subject, world)
        values = {**stored, "assignee": person} if "assignee" in machine.relations else stored
        return Effect("assign", {**written, "user": person}, path.machine, record["id"], values)

    changed = frozenset({*stored, *(["assignee"] if user is not None and "assignee" in machine.relations else [])})
    emission = Emission(f"{machine.id}.updated", stored, changed, path.text, path.own) if changed else None
    told: dict[str, Reads] = {"id": path.reads, "queue": own(machine.id, "queue"), "role": own(machine.id, "role")}
    if user is not None:
        told["user"] = own(machine.id, "assignee") | user.reads
    return Planned(plan, f"{machine.plural}.assign", machine.id, emission, told=told)


def send_notification(builder: Builder, keys: Keys) -> Planned | None:
    """Sends what a template says to a person, a role or a queue."""
    template, to = keys.get("template"), keys.get("to")
    path = builder.path(keys, "to") if not isinstance(to, MappingNode) else None
    about = builder.at_hand(path)
    if isinstance(template, Scalar):
        # Where `to` is wrong, that is the mistake; whether the text's entity is at hand is not known.
        builder.template(template, about, known=path is not None or isinstance(to, MappingNode))
    name = template.text if isinstance(template, Scalar) else ""
    if isinstance(to, MappingNode):
        group = {key.text: value.text for key, value in to.entries if isinstance(value, Scalar)}
        if "role" in group and (role := to.get("role")) is not None:
            builder.role(role)
        fixed = {"template": name, "to": group}

        def plan_group(event: Any, subject: Any, before: Any, now: Any, actor: Any, world: Any) -> Effect:
            return Effect("send_notification", fixed, value=Notice(about, subject))

        return Planned(plan_group, "notifications.send", told={})
    if path is None:
        return None
    recipient, written = path.identifier, path.text

    def plan(event: Any, subject: Any, before: Any, now: Any, actor: Any, world: Any) -> Effect:
        keys = {"template": name, "to": written, "recipient": recipient(subject, world)}
        return Effect("send_notification", keys, value=Notice(about, subject))

    return Planned(plan, "notifications.send", told={"recipient": path.reads})


def call_webhook(builder: Builder, keys: Keys) -> Planned | None:
    """Sends a signed call to a named endpoint."""
    endpoint, payload = keys.get("endpoint"), keys.get("data")
    fixed: Mapping[str, Any] = {"endpoint": endpoint.text if isinstance(endpoint, Scalar) else ""}
    compute = builder.payload(payload) if payload is not None else None

    def plan(event: Any, subject: Any, before: Any, now: Any, actor: Any, world: Any) -> Effect:
        if compute is None:
            return Effect("call_webhook", fixed)
        return Effect("call_webhook", {**fixed, "data": compute(event, subject, before, now, actor, world)})

    return Planned(plan, "webhooks.call", told={"data": frozenset(builder.read)})


def start_timer(builder: Builder, keys: Keys) -> Planned | None:
    """Starts a timer of the rule's subject; when due it emits ``X.timer``."""
    name, span = keys.get("name"), builder.span(keys, "after")
    called = name.text if isinstance(name, Scalar) else ""
    delay = span if span is not None else builder.action.after or Duration(0)
    fixed = {"name": called, "after": _shown(keys.get("after")) or delay.text()}

    def plan(event: Any, subject: Any, before: Any, now: Any, actor: Any, world: Any) -> Effect:
        return Effect("start_timer", fixed, value=delay)

    emission = Emission(f"{builder.subject}.timer", {"name": called}, delay=delay) if builder.subject else None
    return Planned(plan, "timers.start", emission=emission, told={})


def cancel_timers(builder: Builder, keys: Keys) -> Planned | None:
    """Cancels the pending timers of that name of the rule's subject; with ``after`` those started for that long."""
    name, span = keys.get("name"), builder.span(keys, "after")
    fixed = {"name": name.text if isinstance(name, Scalar) else ""}
    if span is not None:
        fixed["after"] = _shown(keys.get("after"))

    def plan(event: Any, subject: Any, before: Any, now: Any, actor: Any, world: Any) -> Effect:
        return Effect("cancel_timers", fixed, value=span)

    return Planned(plan, "timers.start", told={})


ACTIONS: Mapping[str, ActionKind] = {
    kind.__name__: ActionKind(kind)
    for kind in (
        create_task,
        create_exception,
        update_status,
        set_field,
        assign,
        send_notification,
        call_webhook,
        start_timer,
        cancel_timers,
    )
}
__all__ = ["ACTIONS", "ActionKind", "Plan"]
