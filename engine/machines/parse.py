"""From the located nodes of a machine document to a Machine. The document's shape was validated before."""

from __future__ import annotations

from engine.conditions.block import parse_block
from engine.conditions.scope import Field, Relation
from engine.conditions.types import (
    BOOL,
    DATE,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    MONEY,
    STRING,
    TIMESTAMP,
    ZONE,
    EnumType,
    ListType,
    Type,
)
from engine.diagnostics import Diagnostic, Place
from engine.machines import messages
from engine.machines.model import STANDARD_FIELDS, DeclaredEvent, Machine, State, Transition
from engine.reading.nodes import Mapping, Node, Scalar, Sequence, data

SCALAR_TYPES: dict[str, Type] = {
    "string": STRING,
    "bool": BOOL,
    "int": INT,
    "double": DOUBLE,
    "money": MONEY,
    "date": DATE,
    "timestamp": TIMESTAMP,
    "duration": DURATION,
    "zone": ZONE,
    "json": DYN,
}
RESERVED_NAMES = frozenset({"event", "now", "actor", "before", "row"})


def parse_machine(root: Mapping, report: list[Diagnostic], builtin: bool = False) -> Machine:
    """The machine a validated document declares; what is wrong beyond shape goes to ``report``."""
    places: dict[str, Place] = {}
    identifier = _text(root, "id")
    fields = _fields(root.get("fields"), report)
    relations = _relations(root.get("relations"), places)
    _check_names(root, identifier, fields, relations, report)
    states = _states(root)
    initial = _text(root, "initial")
    if initial not in states:
        report.append(messages.unknown_state(_at(root, "initial"), initial, states, len(initial)))
    places["plural"] = _at(root, "plural") if root.get("plural") else _at(root, "id")
    places.update({f"groups.{key.text}": key.place for key, _ in _entries(root.get("groups"))})
    plural = _text(root, "plural") if root.get("plural") else f"{identifier}s"
    return Machine(
        id=identifier,
        version=int(_text(root, "version")),
        plural=plural,
        description=_text(root, "description"),
        fields=fields,
        relations=relations,
        initial=initial,
        states=states,
        transitions=_transitions(root, plural, states, report),
        groups=_groups(root, states, report),
        events=_events(root, identifier, report),
        place=root.place,
        builtin=builtin,
        places=places,
    )


def _text(root: Mapping, key: str) -> str:
    node = root.get(key)
    return node.text if isinstance(node, Scalar) else ""


def _at(root: Mapping, key: str) -> Place:
    node = root.get(key)
    return node.place if node is not None else root.place


def _entries(node: Node | None) -> list[tuple[Scalar, Node]]:
    return list(node.entries) if isinstance(node, Mapping) else []


def parse_field(node: Node, report: list[Diagnostic]) -> Field:
    """A field's type and whether it may be missing."""
    if isinstance(node, Scalar):
        word = node.text
        optional = word.endswith("?")
        known = SCALAR_TYPES.get(word.removesuffix("?"))
        if known is None:
            report.append(messages.unknown_type(node.place, word, SCALAR_TYPES))
            known = DYN
        return Field(known, optional)
    assert isinstance(node, Mapping)
    optional_node = node.get("optional")
    optional = isinstance(optional_node, Scalar) and optional_node.value is True
    enum = node.get("enum")
    if isinstance(enum, Sequence):
        return Field(EnumType(frozenset(item.text for item in enum.items if isinstance(item, Scalar))), optional)
    inner = node.get("list")
    assert inner is not None
    return Field(ListType(parse_field(inner, report).type), optional)


def _fields(node: Node | None, report: list[Diagnostic]) -> dict[str, Field]:
    return {key.text: parse_field(value, report) for key, value in _entries(node)}


def _relations(node: Node | None, places: dict[str, Place]) -> dict[str, Relation]:
    found: dict[str, Relation] = {}
    for key, value in _entries(node):
        places[f"relations.{key.text}"] = _at(value, "to") if isinstance(value, Mapping) else value.place
        if isinstance(value, Scalar):
            target = value.text
            found[key.text] = Relation(target.removesuffix("?"), target.endswith("?"))
        elif isinstance(value, Mapping):
            optional = value.get("optional")
            found[key.text] = Relation(_text(value, "to"), isinstance(optional, Scalar) and optional.value is True)
    return found


def _check_names(
    root: Mapping, identifier: str, fields: dict[str, Field], relations: dict[str, Relation], report: list[Diagnostic]
) -> None:
    for section in ("fields", "relations"):
        for key, _ in _entries(root.get(section)):
            if key.text in STANDARD_FIELDS:
                report.append(messages.standard_field(key.place, key.text))
            elif section == "relations" and key.text in fields:
                report.append(messages.field_and_relation(key.place, key.text))
            elif section == "relations" and key.text in RESERVED_NAMES:
                report.append(messages.reserved_name(key.place, key.text))
    if identifier in RESERVED_NAMES:
        report.append(messages.reserved_name(_at(root, "id"), identifier))


def _states(root: Mapping) -> dict[str, State]:
    found: dict[str, State] = {}
    for key, value in _entries(root.get("states")):
        attributes = data(value)
        attributes = attributes if isinstance(attributes, dict) else {}
        final = attributes.pop("final", False) is True
        found[key.text] = State(key.text, final, attributes, key.place)
    return found


def _transitions(
    root: Mapping, plural: str, states: dict[str, State], report: list[Diagnostic]
) -> dict[str, Transition]:
    found: dict[str, Transition] = {}
    for key, value in _entries(root.get("transitions")):
        assert isinstance(value, Mapping)
        target = _text(value, "to")
        if target not in states:
            report.append(messages.unknown_state(_at(value, "to"), target, states, len(target)))
        source = value.get("from")
        sources: list[str] = []
        if isinstance(source, Scalar) and source.text == "*":
            sources = [name for name, state in states.items() if not state.final and name != target]
        else:
            listed = source.items if isinstance(source, Sequence) else [source] if source is not None else []
            for item in listed:
                assert isinstance(item, Scalar)
                if item.text not in states:
                    report.append(messages.unknown_state(item.place, item.text, states, len(item.text)))
                elif item.text not in sources:
                    sources.append(item.text)
        requires = value.get("requires")
        guard = value.get("guard")
        found[key.text] = Transition(
            name=key.text,
            sources=tuple(sources),
            target=target,
            permission=_text(value, "permission") or f"{plural}.{key.text}",
            requires=tuple(item.text for item in requires.items if isinstance(item, Scalar))
            if isinstance(requires, Sequence)
            else (),
            guard=parse_block(guard) if guard is not None else None,
            place=key.place,
        )
    return found


def _groups(root: Mapping, states: dict[str, State], report: list[Diagnostic]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for key, value in _entries(root.get("groups")):
        assert isinstance(value, Sequence)
        members = [item for item in value.items if isinstance(item, Scalar)]
        for item in members:
            if item.text not in states:
                report.append(messages.unknown_state(item.place, item.text, states, len(item.text)))
        found[key.text] = frozenset(item.text for item in members if item.text in states)
    return found


def _events(root: Mapping, identifier: str, report: list[Diagnostic]) -> dict[str, DeclaredEvent]:
    found: dict[str, DeclaredEvent] = {}
    names = [key.text for key, _ in _entries(root.get("transitions"))]
    for key, value in _entries(root.get("events")):
        prefix, _, name = key.text.partition(".")
        if prefix != identifier or not name:
            report.append(messages.foreign_event(key.place, key.text, identifier))
            continue
        if name in ("created", "updated", "status_changed", "sla_warning", "sla_breached", "timer", "dwelled"):
            report.append(messages.standard_event(key.place, key.text))
            continue
        transition: str | None = None
        declared: dict[str, Field] = {}
        if isinstance(value, Mapping):
            transition = _text(value, "transition") or None
            if transition is not None and transition not in names:
                report.append(messages.unknown_transition(_at(value, "transition"), transition, identifier, names))
                transition = None
            declared = {entry.text: parse_field(kind, report) for entry, kind in _entries(value.get("data"))}
        found[key.text] = DeclaredEvent(key.text, transition, declared, key.place)
    return found
