"""From the text of a mapping document to a checked ``ImportMapping``, or diagnostics.

A mapping is no document of a folder: it stands beside the log it explains.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal, cast

from engine.diagnostics import Diagnostic
from engine.importing import cells, messages
from engine.importing.cells import Defaults
from engine.importing.model import Cell, Cells, EntityMapping, ImportMapping
from engine.importing.shape import PLAIN, Report, clock, columns, entries, word
from engine.importing.texts import REMEMBERED
from engine.importing.where import compile_where
from engine.machines.model import Machine
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Scalar, Sequence
from engine.reading.read import read_text
from engine.reading.shape import validate
from engine.reading.source import Source

RepeatedHour = Literal["file_order", "first", "second"]


def parse_mapping(source: Source, machines: Mapping[str, Machine], report: Report) -> ImportMapping | None:
    """The mapping that ``source`` says, checked against the machines; None when an error was reported.

    Where the document is silent: ``missing`` is the empty text, ``blank`` is ``clear``, a time without an offset or
    a zone is UTC, a repeated hour is its first round, money is in major units.
    """
    failed: list[Diagnostic] = []

    def tell(diagnostic: Diagnostic) -> None:
        if diagnostic.severity == "error":
            failed.append(diagnostic)
        report(diagnostic)

    root = read_text(source, tell)
    if root is None or failed:
        return None
    for diagnostic in validate("import", root, source):
        tell(diagnostic)
    if failed:
        return None
    mapping = _mapping(root, machines, tell)
    return None if failed else mapping


def _mapping(root: MappingNode, machines: Mapping[str, Machine], report: Report) -> ImportMapping:
    time = root.get("time")
    assert time is not None
    own_clock = clock(time, PLAIN, report) if isinstance(time, MappingNode) else PLAIN
    repeated = word(time, "repeated_hour") if isinstance(time, MappingNode) else None
    defaults = Defaults(own_clock, frozenset({""}), keep=False).within(root)
    listed = root.get("entities")
    nodes = [node for node in listed.items if isinstance(node, MappingNode)] if isinstance(listed, Sequence) else [root]
    found: list[EntityMapping] = []
    for node in nodes:
        entity = _entity(node, root, machines, defaults.within(node), report)
        if entity is None:
            continue
        if found and found[-1].where is None:
            report(messages.never_reached(node.place, entity.machine.id))
            continue
        found.append(entity)
    return ImportMapping(
        entities=tuple(found),
        machines=machines,
        time=columns(time),
        read_time=lru_cache(REMEMBERED)(own_clock.read),
        repeated_hour=cast("RepeatedHour", repeated.text if repeated else "first"),
    )


def _entity(
    node: MappingNode, root: MappingNode, machines: Mapping[str, Machine], defaults: Defaults, report: Report
) -> EntityMapping | None:
    name, case, state = word(node, "entity"), node.get("case"), node.get("state")
    where = _where(node, report)
    assert name is not None
    assert case is not None
    assert state is not None
    machine = machines.get(name.text)
    if machine is None:
        report(messages.unknown_machine(name.place, name.length, name.text, machines))
        return None
    found = _cells(node, machine, defaults, report)
    filled = {cell.name for cell in found}
    required = tuple(
        member
        for group in (machine.fields, machine.relations)
        for member, declared in group.items()
        if not declared.optional and member not in filled
    )
    if required:
        report(messages.required_unmapped(name.place, name.length, machine.id, required))
    # What an entity does not say of actor and labels, the document says for all.
    actor = node.get("actor") or root.get("actor")
    labels = entries(node if "labels" in node else root, "labels")
    return EntityMapping(
        machine=machine,
        where=where,
        case=columns(case),
        state=columns(state),
        cells=found,
        actor=cells.plain("actor", actor, defaults) if actor is not None else None,
        labels=tuple(cells.label(key, value, defaults, report) for key, value in labels),
    )


def _cells(node: MappingNode, machine: Machine, defaults: Defaults, report: Report) -> tuple[Cell, ...]:
    found: list[Cell] = []
    for key, value in entries(node, "fields"):
        if field := machine.fields.get(key.text):
            found.append(cells.field(key, value, field.type, defaults, report))
        else:
            other = key.text in machine.relations
            report(messages.unknown_member(key.place, "field", key.text, machine.id, machine.fields, other))
    for key, value in entries(node, "relations"):
        if key.text in machine.relations:
            found.append(cells.plain(key.text, value, defaults))
        else:
            other = key.text in machine.fields
            report(messages.unknown_member(key.place, "relation", key.text, machine.id, machine.relations, other))
    return tuple(found)


def _where(node: MappingNode, report: Report) -> Callable[[Cells], bool] | None:
    written = node.get("where")
    if written is None or (isinstance(written, Scalar) and not written.text):
        return None
    return compile_where(written, report)
