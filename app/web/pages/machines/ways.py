"""The ways through a machine: the main one, which its states are written along, and what can still be reached."""

from __future__ import annotations

from engine.machines.model import Machine


def good(machine: Machine, state: str) -> bool:
    """Whether a state is where an entity is meant to get to."""
    return machine.states[state].attributes.get("outcome") == "good"


def bad(machine: Machine, state: str) -> bool:
    """Whether a state is where an entity is not meant to get to."""
    return machine.states[state].attributes.get("outcome") == "bad"


def main_way(machine: Machine) -> tuple[str, ...]:
    """The longest way from the initial state to a good one that goes forward in the order the states are written in.

    Without a good state to get to it leads to an end that is not bad, or as far as any way does. It passes no bad state.
    """
    places = {name: place for place, name in enumerate(machine.states)}
    longest: dict[str, tuple[str, ...]] = {machine.initial: (machine.initial,)}
    for state in machine.states:
        way = longest.get(state)
        if way is None or (bad(machine, state) and state != machine.initial):
            continue
        for source, target in machine.moves:
            further = (*way, target)
            if source == state and places[target] > places[state] and len(further) > len(longest.get(target, ())):
                longest[target] = further

    def worth(way: tuple[str, ...]) -> tuple[bool, bool, bool, int]:
        end = way[-1]
        return (
            good(machine, end),
            machine.states[end].final and not bad(machine, end),
            not bad(machine, end),
            len(way),
        )

    return max(longest.values(), key=worth)


def reachable(machine: Machine, state: str) -> frozenset[str]:
    """The states that an entity in ``state`` can still come to, this one included."""
    found, waiting = {state}, [state]
    while waiting:
        here = waiting.pop()
        for source, target in machine.moves:
            if source == here and target not in found:
                found.add(target)
                waiting.append(target)
    return frozenset(found)
