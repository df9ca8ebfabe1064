"""Every mistake a matching can hold beyond those of its conditions, one function each. Codes V950 to V969."""

from __future__ import annotations

from collections.abc import Iterable

from engine.conditions.types import Type, phrase
from engine.diagnostics import Diagnostic, Place, did_you_mean


def unknown_machine(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    machines = sorted(known)
    hint = did_you_mean(name, machines) or "the machines are " + ", ".join(machines)
    return Diagnostic("V950", "error", f'there is no machine "{name}"', place, max(1, len(name)), hint)


def same_machine(place: Place, name: str) -> Diagnostic:
    hint = "its conditions could not tell the two apart; compare entities of two machines"
    return Diagnostic("V951", "error", f"a {name} is matched with a {name}", place, len(name), hint)


def no_number(place: Place, text: str, kind: Type) -> Diagnostic:
    message = f"a score is a number, found {phrase(kind)}"
    hint = (
        "give points, such as 30, or an expression of numbers, such as model.rating * 4; put what must hold under `if`"
    )
    return Diagnostic("V952", "error", message, place, max(1, len(text)), hint)


def never_together(place: Place, length: int, first: str) -> Diagnostic:
    message = f"no candidate fits: this never holds together with {first}"
    hint = "mend one of the two demands, or join them under `any:`"
    return Diagnostic("V953", "error", message, place, length, hint)


def never_holds(place: Place, length: int) -> Diagnostic:
    hint = "compare facts of the candidate, or leave the demand out"
    return Diagnostic("V954", "error", "no candidate fits: this never holds, whatever the facts", place, length, hint)


def repeated_reason(place: Place, reason: str, first: Place) -> Diagnostic:
    message = f'the reason "{reason}" is given for points in line {first.line} already'
    hint = "name each reason by its own words, so that a reader can tell the points apart"
    return Diagnostic("V955", "warning", message, place, 1, hint)
