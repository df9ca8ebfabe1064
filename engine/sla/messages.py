"""Every mistake an SLA policy can hold, one function each. Codes V920 to V949."""

from __future__ import annotations

from collections.abc import Iterable

from engine.diagnostics import Diagnostic, Place, did_you_mean


def unknown_machine(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    names = sorted(known)
    hint = did_you_mean(name, names) or "the machines are " + ", ".join(names)
    return Diagnostic("V920", "error", f'there is no machine "{name}"', place, max(1, len(name)), hint)


def never_chosen(place: Place) -> Diagnostic:
    hint = "put it before the target without `when`, and give it a `when` of its own"
    message = "this target is never chosen: the one before it is for everybody"
    return Diagnostic("V921", "error", message, place, 1, hint)


def no_target_for_some(place: Place) -> Diagnostic:
    hint = "add a last target without `when`; without it their clocks run and are never late"
    return Diagnostic("V922", "warning", "some entities may have no target", place, 7, hint)


def share_of_an_instant(place: Place, text: str) -> Diagnostic:
    hint = "write how long before it, such as warn_at: {before: 24h}"
    message = f"{text} of a deadline given by `by` counts all the time since the clock opened"
    return Diagnostic("V923", "warning", message, place, max(1, len(text)), hint)


def paused_for_ever(place: Place, state: str) -> Diagnostic:
    message = f'a clock paused in "{state}" rests for ever: no way leads from there to where it runs or ends'
    hint = "add a transition out of it, or let `stop` or `cancel` hold there"
    return Diagnostic("V924", "error", message, place, 1, hint)


def never_stops(place: Place, states: Iterable[str]) -> Diagnostic:
    message = "the clock can never stop: `stop` holds in no state that can be reached from where it starts"
    hint = "the states that can be reached are " + ", ".join(sorted(states))
    return Diagnostic("V925", "error", message, place, 1, hint)


def never_pauses(place: Place, states: Iterable[str]) -> Diagnostic:
    message = "the clock can never pause: `pause` holds in no state in which it can be open"
    hint = "the states in which it can be open are " + (", ".join(sorted(states)) or "none")
    return Diagnostic("V926", "error", message, place, 1, hint)


def no_end(place: Place) -> Diagnostic:
    hint = "add `stop:`, such as inquiry.status in done"
    return Diagnostic("V927", "warning", "nothing stops this clock: every target is missed", place, 5, hint)


def never_starts(place: Place) -> Diagnostic:
    message = "the clock can never open: wherever `start` holds, `stop` or `cancel` holds too"
    hint = "let `start` hold in a state in which the other two do not"
    return Diagnostic("V928", "error", message, place, 1, hint)


def never_runs(place: Place, states: Iterable[str]) -> Diagnostic:
    message = "the clock can never run: `pause` holds in every state in which it can be open"
    hint = f"leave `pause` out, or let it hold in some only of {', '.join(sorted(states))}"
    return Diagnostic("V929", "error", message, place, 1, hint)


def no_time(place: Place, text: str) -> Diagnostic:
    hint = "give it some time, such as within: 2h"
    return Diagnostic("V930", "error", f"{text} is used up at once", place, max(1, len(text)), hint)
