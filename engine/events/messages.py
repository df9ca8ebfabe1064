"""Everything that may be wrong with a file of events, one function a mistake (V80x)."""

from __future__ import annotations

from engine.diagnostics import Diagnostic, Place


def unreadable(file: str, why: str) -> Diagnostic:
    """The file as a whole cannot be read."""
    return Diagnostic(
        "V801",
        "error",
        f"this file cannot be read: {why}",
        Place(file, 1, 1),
        hint="give a file of events, one JSON object a line, plain or gzipped",
    )


def no_json(place: Place, why: str) -> Diagnostic:
    """The line is not one JSON object."""
    return Diagnostic("V802", "error", f"this line is no JSON: {why}", place, hint="one event a line, as one object")


def no_event(place: Place, why: str) -> Diagnostic:
    """The line is JSON, but not an event."""
    return Diagnostic(
        "V803",
        "error",
        f"this line is no event: {why}",
        place,
        hint="an event has at least id, type and time, all texts; data, changes, facts and labels are objects",
    )


def bad_time(place: Place, why: str) -> Diagnostic:
    """The event's time cannot be read."""
    return Diagnostic(
        "V804",
        "error",
        f"the time of this event cannot be read: {why}",
        place,
        hint="write an instant with its offset, such as 2026-03-27T10:00:00Z",
    )


def bad_text(place: Place, why: str) -> Diagnostic:
    """The line holds characters that no text may hold."""
    return Diagnostic(
        "V805",
        "error",
        f"this line holds text that cannot be kept: {why}",
        place,
        hint="write UTF-8 without NUL characters and without half surrogate pairs",
    )


def too_long(place: Place, limit: int) -> Diagnostic:
    """The line is longer than any event may be."""
    return Diagnostic(
        "V806",
        "error",
        f"this line is longer than {limit:,} bytes",
        place,
        hint="keep documents and pictures elsewhere and put their address into the event",
    )


def repeated(place: Place, event_id: str) -> Diagnostic:
    """The same event stands in the file twice."""
    return Diagnostic(
        "V807", "warning", f'event "{event_id}" stands here again, unchanged; this copy is skipped', place
    )


def conflicting(place: Place, event_id: str) -> Diagnostic:
    """Two different events carry one id."""
    return Diagnostic(
        "V808",
        "error",
        f'another event with the id "{event_id}" stands earlier in this file; this one is skipped',
        place,
        hint="an id belongs to one event for ever: give this one its own",
    )
