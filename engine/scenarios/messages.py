"""Every mistake a scenario can hold, one function each. Codes V700 to V799."""

from __future__ import annotations

from collections.abc import Iterable

from engine.diagnostics import Diagnostic, Place, did_you_mean

UNKNOWN_TRANSITION = "V709"


def unknown_machine(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    names = sorted(known)
    hint = did_you_mean(name, names) or "the machines are " + ", ".join(names)
    return Diagnostic("V701", "error", f'there is no machine "{name}"', place, max(1, len(name)), hint)


def bad_value(place: Place, problem: str, hint: str | None = None) -> Diagnostic:
    hint = hint or "write a value of the type that the machine declares for the field"
    return Diagnostic("V702", "error", f"the value does not fit: {problem}", place, 1, hint)


def unknown_state(place: Place, name: str, machine: str, states: Iterable[str]) -> Diagnostic:
    known = list(states)
    hint = did_you_mean(name, known) or "the states are " + ", ".join(known)
    return bad_value(place, f'{machine} has no state "{name}"', hint)


def given_twice(place: Place, machine: str, id: str) -> Diagnostic:
    return bad_value(place, f'{machine} "{id}" is given already', "keep one of the two, or give this one another id")


def cannot_be_set(place: Place, name: str) -> Diagnostic:
    hint = "let an event take a transition; the other standard fields follow by themselves"
    return bad_value(place, f'"{name}" cannot be set by hand', hint)


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


def unknown_policy(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = did_you_mean(name, known) or "name one of the policies in rules/sla/"
    return Diagnostic("V720", "error", f'there is no SLA policy "{name}"', place, 1, hint)


def unknown_expectation(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = did_you_mean(name, known) or "expect an action, an entity, refused, rule, sla or access"
    return Diagnostic("V706", "error", f'nothing is known as "{name}"', place, max(1, len(name)), hint)


def unknown_data(place: Place, name: str, event: str, known: Iterable[str]) -> Diagnostic:
    names = sorted(known)
    hint = did_you_mean(name, names) or ("it may have " + ", ".join(names) if names else "it has none")
    return Diagnostic("V712", "error", f'the data of {event} has no key "{name}"', place, len(name), hint)


def unknown_key(place: Place, name: str, action: str, known: Iterable[str]) -> Diagnostic:
    names = sorted(known)
    hint = did_you_mean(name, names) or "it has " + ", ".join(names)
    return Diagnostic("V713", "error", f'no effect of {action} has a key "{name}"', place, len(name), hint)


def several_at_once(place: Place, first: str, second: str) -> Diagnostic:
    message = f'one item expects both "{first}" and "{second}"'
    hint = "give each an item of its own, with its own dash"
    return Diagnostic("V710", "error", message, place, 1, hint)


def nothing_expected(place: Place) -> Diagnostic:
    hint = "name an action beside it, such as {create_task: {queue: operations}, times: 1}"
    return Diagnostic("V706", "error", "this item names nothing to expect", place, 1, hint)


def nothing_expected_of(place: Place, word: str) -> Diagnostic:
    hint = "write {refused: TRANSITION}" if word == "refused" else f"write {{{word}: {{id: …, status: …}}}}"
    return Diagnostic("V706", "error", f'"{word}" alone expects nothing', place, 1, hint)


def rule_without_verdict(place: Place) -> Diagnostic:
    hint = "write both: {rule: ID, verdict: met}, where the verdict is met, unmet or errored"
    return Diagnostic("V711", "error", "a rule is expected together with its verdict", place, 1, hint)


def unknown_transition(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = did_you_mean(name, known) or "write the name of a transition, as its machine declares it"
    return Diagnostic(
        UNKNOWN_TRANSITION, "error", f'no machine has a transition "{name}"', place, max(1, len(name)), hint
    )


def unknown_role(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    roles = sorted(known)
    hint = did_you_mean(name, roles) or ("the roles are " + ", ".join(roles) if roles else "no role is declared")
    return Diagnostic("V715", "error", f'there is no role "{name}"', place, max(1, len(name)), hint)


def permission_about_nothing(place: Place, permission: str, plural: str) -> Diagnostic:
    message = f'{permission} is about no entity: no machine has the plural "{plural}"'
    hint = "write the plural of a machine before the dot, or leave `id` and `field` out"
    return Diagnostic("V716", "error", message, place, len(permission), hint)


def access_to_nothing(place: Place, permission: str, machine: str) -> Diagnostic:
    message = f"{permission} is about one {machine}, and none is named"
    return Diagnostic("V716", "error", message, place, len(permission), "add `id`, that of a given entity")
