"""Every mistake a scenario can hold, one function each. Codes V700 to V799."""

from __future__ import annotations

from collections.abc import Iterable

from engine.diagnostics import Diagnostic, Place, did_you_mean


def unknown_machine(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    names = sorted(known)
    hint = did_you_mean(name, names) or "the machines are " + ", ".join(names)
    return Diagnostic("V701", "error", f'there is no machine "{name}"', place, max(1, len(name)), hint)


def bad_value(place: Place, problem: str) -> Diagnostic:
    hint = "give it the form its machine declares"
    return Diagnostic("V702", "error", f"the value does not fit: {problem}", place, 1, hint)


def unknown_field(place: Place, name: str, machine: str, known: Iterable[str]) -> Diagnostic:
    names = sorted(known)
    hint = did_you_mean(name, names) or "the fields are " + ", ".join(names)
    return Diagnostic("V703", "error", f'{machine} has no field "{name}"', place, max(1, len(name)), hint)


def unknown_event(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = did_you_mean(name, known) or "look at `events:` of the machines"
    return Diagnostic("V704", "error", f'no machine declares the event "{name}"', place, max(1, len(name)), hint)


def unknown_rule(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = did_you_mean(name, known) or "name one of the rules in rules/automation/"
    return Diagnostic("V705", "error", f'there is no rule "{name}"', place, max(1, len(name)), hint)


def unknown_expectation(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = did_you_mean(name, known) or "expect an action, an entity, refused, rule, sla or access"
    return Diagnostic("V706", "error", f'nothing is known as "{name}"', place, max(1, len(name)), hint)


def not_available(place: Place, what: str) -> Diagnostic:
    hint = "leave it out for now"
    return Diagnostic("V707", "error", f"`{what}` cannot be expected yet", place, len(what), hint)


def missing_field(place: Place, machine: str, id: str, names: Iterable[str]) -> Diagnostic:
    words = ", ".join(names)
    hint = "add what the conditions read, or put it under `defaults:`"
    return Diagnostic("V708", "info", f'{machine} "{id}" lacks {words}', place, 1, hint)


def unknown_transition(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = did_you_mean(name, known)
    return Diagnostic("V709", "error", f'no machine has a transition "{name}"', place, max(1, len(name)), hint)
