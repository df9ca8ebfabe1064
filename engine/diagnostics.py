"""Diagnostics: what is wrong in a document, where, and what to do about it.

A diagnostic is for the author of a document. Every stage reports all it finds; nothing raises on the first
mistake. Codes are stable, and each has a page under ``docs/diagnostics/``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

WIDEST = 160
"""Characters of a source line that are shown around a finding."""

_HIDING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What steers a terminal, ends a line or reorders it: controls, separators, and what UAX 9 calls explicit formatting."""

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file; ``line`` and ``column`` count characters from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    ``code`` is stable (``V`` and three digits), ``length`` is the number of characters to underline on that line,
    ``hint`` says what to do, ``witness`` is a JSON value that shows the finding (an event, a path of states), or None.
    """

    code: str
    severity: Severity
    message: str
    place: Place
    length: int = 1
    hint: str | None = None
    witness: object = field(default=None, hash=False)

    def as_json(self) -> dict[str, object]:
        """The form that ``virel check --format json`` prints."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "hint": self.hint,
            "witness": self.witness,
        }


def render(diagnostic: Diagnostic, source_line: str | None) -> str:
    """The diagnostic as a person reads it: place and message, the source line with a caret, the hint.

    ``source_line`` is the text of the diagnostic's line, or None when the file has no such line.
    """
    place = diagnostic.place
    head = f"{place.file}:{place.line}:{place.column}: {diagnostic.severity} {diagnostic.code}: {diagnostic.message}"
    lines = [one_line(head)]
    if source_line is not None and source_line.strip():
        shown, start = _clipped(source_line.replace("\t", " "), place.column - 1)
        width = max(1, min(diagnostic.length, len(shown) - start))
        before, meant = one_line(shown[:start]), one_line(shown[start : start + width])
        lines.append(f"  | {before}{meant}{one_line(shown[start + width :])}")
        lines.append(f"  | {' ' * len(before)}{'^' * max(len(meant), width)}")
    if diagnostic.hint:
        lines.append(f"  = {one_line(diagnostic.hint)}")
    return "\n".join(lines)


def one_line(text: str) -> str:
    """The text on one line, with what would break or reorder it written as an escape, as Python has it."""
    return _HIDING.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def _clipped(line: str, at: int) -> tuple[str, int]:
    """The part of a long line around ``at``, counted from 0, and where ``at`` is in it."""
    at = min(at, len(line))
    if len(line) <= WIDEST:
        return line, at
    start = max(0, min(at - WIDEST // 3, len(line) - WIDEST))
    end = start + WIDEST
    return ("…" if start else "") + line[start:end] + ("…" if end < len(line) else ""), at - start + bool(start)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint that names the nearest known word, or None when none is near."""
    near = nearest(word, known)
    return f'did you mean "{near}"?' if near is not None else None


def did_you_mean_zone(name: str, known: Iterable[str]) -> str | None:
    """A hint about a time zone that there is not; no city of an area is nearer to the area's name than another."""
    zones = list(known)
    area = name.strip("/").lower() + "/"
    there = next((zone for zone in zones if zone.lower().startswith(area)), None)
    return f"write the city, too: {there[: len(area)]}…" if there is not None else did_you_mean(name, zones)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is written most like this one, or None when none is near."""
    lowered = {name.lower(): name for name in sorted(set(known))}
    near = get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    return lowered[near[0]] if near else None


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by file, line, column and code, without exact repeats."""
    unique = {(d.place.file, d.place.line, d.place.column, d.code, d.message): d for d in diagnostics}
    return [unique[key] for key in sorted(unique)]
