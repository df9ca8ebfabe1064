"""Every mistake a machine can hold, one function each. Codes V400 to V499."""

from __future__ import annotations

from collections.abc import Iterable

from engine.diagnostics import Diagnostic, Place, did_you_mean

UNKNOWN_STATE = "V401"


def unknown_state(place: Place, name: str, known: Iterable[str], length: int = 1) -> Diagnostic:
    states = list(known)
    hint = did_you_mean(name, states) or f"the states are {_listed(states)}"
    return Diagnostic(UNKNOWN_STATE, "error", f'there is no state "{name}"', place, max(1, length), hint)


def unknown_transition(place: Place, name: str, machine: str, known: Iterable[str]) -> Diagnostic:
    names = list(known)
    hint = did_you_mean(name, names) or f"the transitions of {machine} are {_listed(names)}"
    return Diagnostic("V402", "error", f'{machine} has no transition "{name}"', place, len(name), hint)


def unknown_type(place: Place, word: str, known: Iterable[str]) -> Diagnostic:
    names = list(known)
    hint = did_you_mean(word.removesuffix("?"), names) or f"the types are {_listed(names)}"
    return Diagnostic("V403", "error", f'there is no type "{word}"', place, len(word), hint)


def standard_field(place: Place, name: str) -> Diagnostic:
    hint = "remove it: every entity has id, status, created_at, updated_at and status_since"
    return Diagnostic("V404", "error", f'"{name}" is a field every entity has already', place, len(name), hint)


def field_and_relation(place: Place, name: str) -> Diagnostic:
    return Diagnostic(
        "V405", "error", f'"{name}" is both a field and a relation', place, len(name), "give one of them another name"
    )


def reserved_name(place: Place, name: str) -> Diagnostic:
    hint = "event, now, actor, before and row have a meaning in conditions; choose another name"
    return Diagnostic("V406", "error", f'"{name}" is reserved in conditions', place, len(name), hint)


def foreign_event(place: Place, name: str, machine: str) -> Diagnostic:
    hint = f'begin it with the machine\'s id, for instance "{machine}.{name.rsplit(".", maxsplit=1)[-1] or "happened"}"'
    return Diagnostic("V407", "error", f'the event "{name}" does not belong to {machine}', place, len(name), hint)


def standard_event(place: Place, name: str) -> Diagnostic:
    hint = "remove it: every machine emits it already"
    return Diagnostic("V408", "error", f'"{name}" need not be declared', place, len(name), hint)


def unknown_machine(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = did_you_mean(name, known) or f"the machines are {_listed(known)}"
    return Diagnostic("V409", "error", f'there is no machine "{name}"', place, max(1, len(name)), hint)


def unreachable_state(place: Place, name: str, initial: str) -> Diagnostic:
    hint = f'add a transition that leads to it from "{initial}" or a state reachable from there, or remove it'
    return Diagnostic("V410", "error", f'no path leads from "{initial}" to "{name}"', place, len(name), hint)


def trapped_state(place: Place, name: str, path: list[str]) -> Diagnostic:
    hint = "say `final: true` if life ends here, or add a transition that leaves it"
    return Diagnostic("V411", "error", f'nothing leads out of "{name}"', place, len(name), hint, path)


def final_with_exit(place: Place, name: str, transition: str) -> Diagnostic:
    hint = f'remove `final: true`, or "{name}" from the transition\'s `from`'
    return Diagnostic("V412", "warning", f'"{name}" is final, yet "{transition}" leaves it', place, len(name), hint)


def no_end(place: Place, name: str, path: list[str]) -> Diagnostic:
    hint = "add a transition towards a final state, or take `final` away from all states"
    return Diagnostic("V413", "warning", f'from "{name}" no final state can be reached', place, len(name), hint, path)


def group_is_state(place: Place, name: str) -> Diagnostic:
    return Diagnostic("V414", "error", f'"{name}" names a group and a state', place, len(name), "rename the group")


def duplicate_plural(place: Place, plural: str, other: str) -> Diagnostic:
    hint = "give one of them another plural: permissions are named by it"
    return Diagnostic("V415", "error", f'the plural "{plural}" is also that of {other}', place, 1, hint)


def _listed(names: Iterable[str], most: int = 8) -> str:
    words = list(names)
    shown = ", ".join(words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown or "none"
