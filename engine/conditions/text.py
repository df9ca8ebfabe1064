"""Texts for staff with expressions in them: ``Brief {{ booking.model.name }} for {{ booking.code }}``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from engine.conditions import compile as compiling
from engine.conditions import messages
from engine.conditions.check import checked_text, diagnostic, merged
from engine.conditions.check_context import NOTHING_KNOWN, Known
from engine.conditions.compile import Functions, Judge
from engine.conditions.condition import LineInfo
from engine.conditions.emit import Emitter, TypeOf
from engine.conditions.evaluate import evaluate_checked
from engine.conditions.functions.conversions import double_text
from engine.conditions.money import money_text
from engine.conditions.outcome import EvaluationError
from engine.conditions.reads import EventRead, FieldRead, reads_of
from engine.conditions.runtime import HELPERS
from engine.conditions.scope import Scope
from engine.conditions.syntax_messages import Problem
from engine.conditions.tree import Node
from engine.conditions.types import (
    BOOL,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    MONEY,
    TIMESTAMP,
    UINT,
    UNKNOWN,
    Type,
    is_text,
)
from engine.conditions.values import CelError, Duration, Timestamp, UInt
from engine.diagnostics import Diagnostic, in_order
from engine.reading.nodes import Scalar
from engine.reading.source import Source

_SHOWN = (BOOL, INT, UINT, DOUBLE, MONEY, TIMESTAMP, DURATION, DYN, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Part:
    """An expression of a text: where it begins in the text, what is written, what it means."""

    offset: int
    expression: str
    node: Node


class Text:
    """A checked text. ``render`` returns it with its values on a frame, or an EvaluationError."""

    def __init__(
        self,
        line: LineInfo,
        pieces: tuple[str | Part, ...],
        types: TypeOf,
        functions: Functions,
        other_reads: frozenset[FieldRead],
    ) -> None:
        self.line = line
        self.pieces = pieces
        self.type_of = types
        self.functions = functions
        self.other_reads = other_reads

    def __repr__(self) -> str:
        return f"Text({self.line.expression})"

    @cached_property
    def render(self) -> Judge:
        """The text on a frame; the generated function itself."""
        emitter = Emitter(self.type_of, self.functions, "k")
        sources = [repr(piece) if isinstance(piece, str) else self._source(emitter, piece) for piece in self.pieces]
        names = {**HELPERS, **emitter.constants, **_NAMES}
        return compiling.function(" + ".join(sources) or "''", names, self.render_exactly)

    def _source(self, emitter: Emitter, part: Part) -> str:
        source, kind = emitter.emit(part.node), self.type_of(part.node)
        if is_text(kind):
            return f"text_same({source})"
        return f"{_WRITERS.get(kind, 'text_any')}({source})"

    def render_exactly(
        self, event: object, subject: object, before: object, now: object, actor: object, world: object
    ) -> str | EvaluationError:
        """The text by the exact evaluator."""
        written: list[str] = []
        for piece in self.pieces:
            if isinstance(piece, str):
                written.append(piece)
                continue
            try:
                frame = (event, subject, before, now, actor, world)
                written.append(shown(evaluate_checked(piece.node, frame, self.functions)))
            except CelError as error:
                message = f"{piece.expression.strip()} has no value: {error.message}"
                return EvaluationError(message, piece.offset + (error.offset or 0))
        return "".join(written)

    def reads(self) -> frozenset[FieldRead | EventRead]:
        """The fields and event data that the text mentions."""
        found: set[FieldRead | EventRead] = set(self.other_reads)
        for piece in self.pieces:
            if isinstance(piece, Part):
                found |= reads_of(piece.node, self.type_of)
        return frozenset(found)


def check_text(
    scalar: Scalar, scope: Scope, source: Source | None = None, known: Known = NOTHING_KNOWN
) -> tuple[Text | None, list[Diagnostic]]:
    """The text that a scalar holds, or None where an expression in it has mistakes."""
    _ = source
    pieces: list[str | Part] = []
    problems: list[Problem] = []
    kinds: list[dict[int, Type]] = []
    reads: set[FieldRead] = set()
    for piece in split(scalar.text):
        if isinstance(piece, str):
            pieces.append(piece)
        elif isinstance(piece, Problem):
            problems.append(piece)
        else:
            offset, written = piece
            checker, typed, found = checked_text(written, scope, None, known)
            if not found and not is_text(typed.type) and typed.type not in _SHOWN:
                found = [messages.not_shown_as_text(typed.node, typed.type)]
            problems.extend(_moved(problem, offset) for problem in found)
            pieces.append(Part(offset, written, typed.node))
            kinds.append(checker.node_types)
            reads |= checker.other_reads
    diagnostics = in_order(diagnostic(problem, scalar) for problem in problems)
    if any(one.severity == "error" for one in diagnostics):
        return None, diagnostics
    functions = {name: one.call for name, one in scope.functions.items()}
    line = LineInfo(scalar.text, scalar.place_at(0))
    return Text(line, tuple(pieces), merged(list(kinds)), functions, frozenset(reads)), diagnostics


def split(text: str) -> list[str | tuple[int, str] | Problem]:
    """The text cut into plain pieces and expressions, each expression with its offset."""
    pieces: list[str | tuple[int, str] | Problem] = []
    at = 0
    while True:
        opening = text.find("{{", at)
        if opening < 0:
            break
        if opening > at:
            pieces.append(text[at:opening])
        end = _closing(text, opening + 2)
        if end < 0:
            pieces.append(messages.unclosed_interpolation(opening))
            return pieces
        written = text[opening + 2 : end]
        if written.strip():
            pieces.append((opening + 2, written))
        else:
            pieces.append(messages.empty_interpolation(opening, end + 2 - opening))
        at = end + 2
    if at < len(text):
        pieces.append(text[at:])
    return pieces


def _closing(text: str, at: int) -> int:
    """The offset of the ``}}`` that ends an expression: not one within a text or a map of it. -1 if there is none."""
    depth, quote = 0, ""
    while at < len(text):
        character = text[at]
        if quote:
            if character == "\\":
                at += 1
            elif character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif character == "{":
            depth += 1
        elif character == "}":
            if depth == 0 and text.startswith("}}", at):
                return at
            depth = max(0, depth - 1)
        at += 1
    return -1


def _moved(problem: Problem, by: int) -> Problem:
    return Problem(problem.offset + by, problem.length, problem.code, problem.message, problem.hint)


def shown(value: object) -> str:
    """A value as a text shows it. Raises CelError for what no text shows."""
    write = _BY_CLASS.get(type(value))
    if write is None:
        raise CelError("this is neither a text, a number nor a time")
    return write(value)


def _bool(value: object) -> str:
    return "true" if value is True else "false"


def _same(value: object) -> str:
    if value.__class__ is str:
        return value
    raise CelError("a text was expected")


def _money(value: object) -> str:
    if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
        return money_text(value["amount"], value["currency"])
    raise CelError("an object cannot be shown in a text")


_BY_CLASS: dict[type, Callable[..., str]] = {
    str: _same,
    bool: _bool,
    int: str,
    UInt: lambda value: str(int(value)),
    float: double_text,
    dict: _money,
    Timestamp: Timestamp.text,
    Duration: Duration.text,
}
_WRITERS: dict[Type, str] = {MONEY: "text_money", BOOL: "text_bool"}
_NAMES: dict[str, object] = {
    "text_same": _same,
    "text_any": shown,
    "text_money": _money,
    "text_bool": _bool,
}
