"""Everything that may be wrong with an import mapping (V82x, V83x), a foreign log (V84x) or one of its rows (V85x)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.diagnostics import Diagnostic, Place, did_you_mean


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row was skipped: a stable code and a sentence."""

    code: str
    text: str


def _error(code: str, message: str, place: Place, length: int, hint: str | None = None) -> Diagnostic:
    return Diagnostic(code, "error", message, place, length, hint)


def _near(word: str, known: Iterable[str], what: str) -> str:
    names = sorted(known)
    return did_you_mean(word, names) or (f"{what}: {', '.join(names[:12])}" if names else f"there are no {what}")


# The mapping


def unknown_machine(place: Place, length: int, name: str, known: Iterable[str]) -> Diagnostic:
    """The entity is no machine of this folder."""
    return _error("V821", f'no machine is called "{name}"', place, length, _near(name, known, "machines"))


def unknown_member(place: Place, kind: str, name: str, machine: str, known: Iterable[str], other: bool) -> Diagnostic:
    """The machine declares no such field or relation; ``other`` tells that it is declared as the other of the two."""
    hint = _near(name, known, f"{kind}s")
    if other:
        hint = f"it is a {'relation' if kind == 'field' else 'field'}: write it under the other key"
    return _error("V822", f'{machine} has no {kind} "{name}"', place, len(name), hint)


def unknown_zone(place: Place, length: int, name: str) -> Diagnostic:
    """No time zone has this name."""
    return _error("V823", f'"{name}" is not a time zone', place, length, "use an IANA name such as Europe/Lisbon")


def bad_format(place: Place, length: int, why: str) -> Diagnostic:
    """The format cannot be read."""
    hint = 'use iso, or a pattern such as "%d/%m/%Y %H:%M"'
    return _error("V824", f"this format cannot be used: {why}", place, length, hint)


def option_without_use(place: Place, option: str, name: str, kind: str, wanted: str) -> Diagnostic:
    """An option that the field's type has no use for."""
    return _error("V825", f'"{option}" is for {wanted}, and {name} is {kind}', place, len(option), f"remove {option}:")


def money_needs_currency(place: Place, length: int, name: str) -> Diagnostic:
    """A money field without a currency."""
    hint = f"write {name}: {{currency: EUR, unit: major}}"
    return _error("V826", f"{name} is money, and a text alone does not say which currency", place, length, hint)


def never_reached(place: Place, machine: str) -> Diagnostic:
    """An entity behind one that takes every row."""
    message = f"no row reaches this mapping of {machine}: one before it takes every row"
    return Diagnostic("V827", "warning", message, place, 1, "give the one before it a where:, or put it last")


def required_unmapped(place: Place, length: int, machine: str, names: tuple[str, ...]) -> Diagnostic:
    """Required fields that the mapping does not fill."""
    message = f"{machine} requires {', '.join(names)}, which this mapping does not fill"
    hint = "a condition that reads them will be errored: map them, or make them optional in the machine"
    return Diagnostic("V828", "warning", message, place, length, hint)


# The log as a whole


def log_unreadable(file: str, why: str) -> Diagnostic:
    """The log cannot be read at all."""
    hint = "give a CSV, XES or JSONL file, plain or gzipped"
    return _error("V840", f"this log cannot be read: {why}", Place(file, 1, 1), 1, hint)


def unknown_column(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    """The mapping names a column that the log does not have."""
    return _error("V841", f'the log has no column "{name}"', place, 1, _near(name, known, "columns"))


def ambiguous_column(place: Place, name: str) -> Diagnostic:
    """The mapping names a column that the log has twice."""
    return _error("V842", f'the log has two columns "{name}"', place, 1, "rename one of them in the log")


# One row


def wrong_width(found: int, wanted: int, lines: int = 1) -> Reason:
    """A row with more or fewer cells than the header; it stands on so many lines."""
    over = f"; it goes over {lines:,} lines, so a quote may be open" if lines > 1 else ""
    return Reason("V850", f"the row has {found} cells and the header {wanted}{over}")


def endless_field(most: int) -> Reason:
    """A quoted field that does not end."""
    return Reason(
        "V850", f"a quote that opens here does not close within {most:,} characters; nothing after it is read"
    )


def taken_by_none() -> Reason:
    """No entity's ``where`` holds."""
    return Reason("V851", "no entity of the mapping takes this row")


def no_case(columns: tuple[str, ...]) -> Reason:
    """The row does not say whose it is."""
    return Reason("V852", f"no case: {' and '.join(columns)} is empty or absent")


def unknown_state(state: str | None, machine: str, columns: tuple[str, ...]) -> Reason:
    """The row's state is none of the machine's."""
    if state is None:
        return Reason("V853", f"no state: {' and '.join(columns)} is absent")
    return Reason("V853", f'{machine} has no state "{state}"')


def unreadable_cell(name: str, why: str) -> Reason:
    """A cell's text is no value of its field."""
    return Reason("V854", f"{name}: {why}")


def no_time(column: str, why: str) -> Reason:
    """The row's time is missing, cannot be read, or never was."""
    return Reason("V855", f"{column}: {why}")


def bad_characters(why: str) -> Reason:
    """The row holds bytes that are no text."""
    return Reason("V856", f"the row holds {why}")


def where_failed(machine: str, why: str) -> Reason:
    """An entity's ``where`` has no answer for this row."""
    return Reason("V857", f"the where of {machine} is errored: {why}")


def broken_row(why: str) -> Reason:
    """The file's form is broken here."""
    return Reason("V858", why)


def foreign_event(why: str) -> Reason:
    """A line that is an event already, but none of this folder's."""
    return Reason("V859", why)
