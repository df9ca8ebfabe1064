"""Every mistake a rule can hold, one function each. Codes V500 to V599."""

from __future__ import annotations

from collections.abc import Iterable

from engine.diagnostics import Diagnostic, Place, did_you_mean, did_you_mean_zone
from engine.machines.model import Machine


def _listed(names: Iterable[str], most: int = 8) -> str:
    words = sorted(set(names))
    shown = ", ".join(words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown or "none"


def _near(word: str, known: Iterable[str], what: str) -> str:
    words = list(known)
    return did_you_mean(word, words) or f"{what} {_listed(words)}"


def unknown_machine(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = _near(name, known, "the machines are")
    return Diagnostic("V501", "error", f'there is no machine "{name}"', place, max(1, len(name)), hint)


def unknown_event(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = _near(name, known, "the events are")
    return Diagnostic("V502", "error", f'nothing emits the event "{name}"', place, max(1, len(name)), hint)


def unknown_state(place: Place, name: str, machine: Machine) -> Diagnostic:
    hint = _near(name, (*machine.states, *machine.groups), f"the states of {machine.id} are")
    return Diagnostic("V503", "error", f'{machine.id} has no state or group "{name}"', place, max(1, len(name)), hint)


def not_a_duration(place: Place, text: str) -> Diagnostic:
    hint = "write a number and a unit: 90s, 30m, 2h or 1d"
    if text.endswith("wd"):
        hint = "name a `calendar` beside it, or write hours or days, such as 8h or 1d"
    return Diagnostic("V504", "error", f'"{text}" is not a span of time', place, max(1, len(text)), hint)


def throttle_without_every(place: Place) -> Diagnostic:
    return Diagnostic("V505", "error", "a throttle does not say how often", place, 1, "add `every: 1h` beside the mode")


def every_without_throttle(place: Place, mode: str) -> Diagnostic:
    hint = "remove `every`, or write `mode: throttle`"
    return Diagnostic("V522", "error", f'`every` means nothing to the mode "{mode}"', place, len("every"), hint)


def unknown_action(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = _near(name, known, "the actions are")
    return Diagnostic("V507", "error", f'there is no action "{name}"', place, max(1, len(name)), hint)


def ambiguous_path(place: Place, name: str, paths: list[str]) -> Diagnostic:
    hint = "write the whole path: " + " or ".join(paths)
    return Diagnostic("V508", "error", f'"{name}" could mean several entities', place, len(name), hint)


def not_an_entity(place: Place, text: str, word: str, known: Iterable[str]) -> Diagnostic:
    hint = _near(word, known, "it can reach")
    return Diagnostic(
        "V509", "error", f'"{text}" names no entity that this rule can reach', place, max(1, len(word)), hint
    )


def not_a_relation(place: Place, machine: str, word: str, known: Iterable[str]) -> Diagnostic:
    hint = _near(word, known, f"the relations of {machine} are")
    return Diagnostic("V510", "error", f'{machine} has no relation "{word}"', place, max(1, len(word)), hint)


def not_a_list(place: Place, text: str, machine: str, known: Iterable[str]) -> Diagnostic:
    names = list(known)
    hint = f"nothing in the machines points at {machine}, so it has no lists"
    if names:
        hint = _near(text.rpartition(".")[2], names, f"the lists of {machine} are")
    return Diagnostic("V511", "error", f'"{text}" is not a list of entities', place, max(1, len(text)), hint)


def unknown_transition(place: Place, name: str, machine: Machine) -> Diagnostic:
    hint = _near(name, machine.transitions, f"the transitions of {machine.id} are")
    return Diagnostic("V512", "error", f'{machine.id} has no transition "{name}"', place, max(1, len(name)), hint)


def no_move_to(place: Place, state: str, machine: Machine) -> Diagnostic:
    hint = _near(state, {t.target for t in machine.transitions.values()}, "transitions lead to")
    message = f'no transition of {machine.id} leads to "{state}"'
    return Diagnostic("V513", "error", message, place, max(1, len(state)), hint)


def ambiguous_move(place: Place, state: str, machine: Machine, names: Iterable[str]) -> Diagnostic:
    message = f'several transitions of {machine.id} lead to "{state}"'
    hint = "name one with `transition:`: " + _listed(names)
    return Diagnostic("V514", "error", message, place, max(1, len(state)), hint)


def missing_input(place: Place, machine: str, transition: str, name: str) -> Diagnostic:
    hint = f"add `with: {{{name}: …}}` to the action"
    return Diagnostic("V515", "error", f'{machine}\'s "{transition}" requires "{name}"', place, 1, hint)


def unknown_field(place: Place, name: str, machine: Machine) -> Diagnostic:
    hint = _near(name, (*machine.fields, *machine.relations), f"the fields of {machine.id} are")
    return Diagnostic("V516", "error", f'{machine.id} has no field "{name}"', place, max(1, len(name)), hint)


def field_set_by_machine(place: Place, name: str) -> Diagnostic:
    hint = "use `update_status` for the status; the other standard fields follow by themselves"
    return Diagnostic("V517", "error", f'"{name}" cannot be set by hand', place, len(name), hint)


def value_does_not_fit(place: Place, problem: str) -> Diagnostic:
    hint = "write a value of the type that the machine declares for the field"
    return Diagnostic("V518", "error", f"the value does not fit: {problem}", place, 1, hint)


def cannot_be_assigned(place: Place, machine: str, needed: str, key: str) -> Diagnostic:
    hint = f"declare {needed} in {machine}; without it the assignment only shows in the effects"
    return Diagnostic("V519", "warning", f"{machine} does not keep to which {key} it is assigned", place, 1, hint)


def bad_cron(place: Place, text: str, problem: str) -> Diagnostic:
    hint = 'write five fields: minute hour day month weekday, for instance "0 9 * * mon-fri"'
    return Diagnostic("V520", "error", f'"{text}" is not a schedule: {problem}', place, 1, hint)


def unknown_zone(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = did_you_mean_zone(name, known) or "write an IANA zone such as Europe/Berlin"
    return Diagnostic("V521", "error", f'there is no time zone "{name}"', place, 1, hint)


def never_met(place: Place) -> Diagnostic:
    hint = "compare event.type with a type of the rule's own trigger"
    return Diagnostic("V523", "warning", "the condition never holds for an event of the trigger", place, 1, hint)


def task_without_owner(place: Place) -> Diagnostic:
    hint = "add `queue: operations` or `assignee: …`, or nobody will see it"
    return Diagnostic("V524", "warning", "the task goes to no queue and no person", place, 1, hint)
