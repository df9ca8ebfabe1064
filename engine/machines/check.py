"""What must hold of one machine beyond its shape: every state can be reached, and left unless it is final."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from engine.diagnostics import Diagnostic
from engine.machines import messages
from engine.machines.model import Machine


def shortest_paths(machine: Machine) -> dict[str, list[str]]:
    """For every state reachable from the initial one, a shortest list of states that leads to it."""
    exits: dict[str, list[str]] = {}
    for source, target in machine.moves:
        exits.setdefault(source, []).append(target)
    paths = {machine.initial: [machine.initial]} if machine.initial in machine.states else {}
    waiting = deque(paths)
    while waiting:
        state = waiting.popleft()
        for target in exits.get(state, ()):
            if target not in paths:
                paths[target] = [*paths[state], target]
                waiting.append(target)
    return paths


def check_states(machine: Machine) -> list[Diagnostic]:
    """States that no path reaches, that nothing leaves, or from which no end can be reached."""
    found: list[Diagnostic] = []
    if machine.initial not in machine.states:
        return found
    paths = shortest_paths(machine)
    for name, state in machine.states.items():
        if name not in paths:
            found.append(messages.unreachable_state(state.place, name, machine.initial))
            continue
        exits = [t.name for t in machine.transitions.values() if name in t.sources and t.target != name]
        if state.final and exits:
            found.append(messages.final_with_exit(state.place, name, exits[0]))
        elif not state.final and not exits and len(machine.states) > 1:
            found.append(messages.trapped_state(state.place, name, paths[name]))
    found.extend(_cannot_end(machine, paths))
    both = [group for group in machine.groups if group in machine.states]
    found.extend(messages.group_is_state(machine.places[f"groups.{group}"], group) for group in both)
    return found


def _cannot_end(machine: Machine, paths: Mapping[str, list[str]]) -> Iterable[Diagnostic]:
    finals = machine.final_states()
    if not finals:
        return
    entries: dict[str, set[str]] = {}
    for source, target in machine.moves:
        entries.setdefault(target, set()).add(source)
    can_end = set(finals)
    waiting = deque(finals)
    while waiting:
        for source in entries.get(waiting.popleft(), ()):
            if source not in can_end:
                can_end.add(source)
                waiting.append(source)
    for name, state in machine.states.items():
        leaves = any(source == name and target != name for source, target in machine.moves)
        if name in paths and name not in can_end and leaves:
            yield messages.no_end(state.place, name, paths[name])


def in_turn(machines: Mapping[str, Machine]) -> list[Machine]:
    """The machines as names are given away: the engine's own first, so that a clash is found where it can be mended."""
    return sorted(machines.values(), key=lambda one: not one.builtin)


def check_together(machines: Mapping[str, Machine]) -> list[Diagnostic]:
    """Relations lead to machines that exist, and no two machines share a plural."""
    found: list[Diagnostic] = []
    plurals: dict[str, str] = {}
    for machine in machines.values():
        for name, relation in machine.relations.items():
            if relation.machine not in machines:
                found.append(messages.unknown_machine(machine.places[f"relations.{name}"], relation.machine, machines))
    for machine in in_turn(machines):
        other = plurals.setdefault(machine.plural, machine.id)
        if other != machine.id:
            found.append(messages.duplicate_plural(machine.places["plural"], machine.plural, other))
    return found
