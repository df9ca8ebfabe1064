"""What the documents say about the names in a report: machines to draw, rules to describe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.report.model import MachineNote, RuleNote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.catalog import Catalog
    from engine.events.envelope import WireEvent
    from engine.machines.model import Machine


def machine_notes(catalog: Catalog) -> list[MachineNote]:
    """The folder's own machines, then those the engine brought; ``outcome`` beside a state says good or bad."""
    machines = sorted(catalog.machines.values(), key=lambda machine: machine.builtin)
    return list(map(machine_note, machines))


def machine_note(machine: Machine) -> MachineNote:
    """What a drawing of a machine says."""
    return MachineNote(
        machine.id,
        machine.plural,
        machine.description,
        machine.initial,
        tuple(machine.states),
        machine.final_states(),
        tuple((move.name, move.sources, move.target) for move in machine.transitions.values()),
        {
            name: str(state.attributes["outcome"])
            for name, state in machine.states.items()
            if "outcome" in state.attributes
        },
    )


def rule_notes(catalog: Catalog) -> dict[str, RuleNote]:
    """The rules that can run, by id."""
    return {
        rule.id: RuleNote(rule.text.description, rule.text.version, rule.text.stage) for rule in catalog.rules.values()
    }


def ends(catalog: Catalog, events: Iterable[WireEvent]) -> dict[tuple[str, str], str]:
    """The state that each entity came to in recorded events, by machine and id."""
    found: dict[tuple[str, str], str] = {}
    for event in events:
        machine = catalog.machines.get(event.machine)
        if machine is not None and event.name == "created":
            found[machine.id, event.subject] = str(event.data.get("status", machine.initial))
        elif machine is not None and event.name == "status_changed" and "to" in event.data:
            found[machine.id, event.subject] = str(event.data["to"])
    return found
