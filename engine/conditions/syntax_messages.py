"""What is said about an expression that cannot be read; one function a mistake, codes V300 to V319."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in an expression: where (character offset and length in its text), code, sentence and way out."""

    offset: int
    length: int
    code: str
    message: str
    hint: str | None = None


class ConditionError(Exception):
    """The expression cannot be used; ``problems`` says why, each for its author. Not an error of evaluation."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


def empty() -> Problem:
    """Nothing was written."""
    return Problem(0, 1, "V300", "the expression is empty", 'write a condition such as status == "open"')


def unexpected(offset: int, length: int, expected: str, found: str, hint: str | None = None) -> Problem:
    """The grammar wants something else here."""
    return Problem(offset, max(1, length), "V301", f"expected {expected}, found {found}", hint)


def unknown_character(offset: int, character: str, hint: str | None) -> Problem:
    """A character that CEL does not use."""
    return Problem(offset, 1, "V302", f"{character!r} has no meaning in an expression", hint)


def unclosed_text(offset: int, length: int) -> Problem:
    """A text without its end."""
    return Problem(offset, length, "V303", "this text has no closing quote", "close it with the quote it began with")


def bad_escape(offset: int, length: int, written: str, hint: str) -> Problem:
    """A backslash that means nothing."""
    return Problem(offset, length, "V304", f"{written} is no escape that a text can hold", hint)


def bad_number(offset: int, length: int, written: str, why: str) -> Problem:
    """A number that CEL cannot hold."""
    shown = written if len(written) <= 40 else f"{written[:37]}…"
    return Problem(offset, length, "V305", f"{shown} {why}")


def reserved_word(offset: int, word: str) -> Problem:
    """A word that CEL keeps for itself stands where a name belongs."""
    return Problem(
        offset, len(word), "V306", f'"{word}" is a reserved word and cannot be a name', f'as a text it is "{word}"'
    )


def bad_macro(offset: int, length: int, message: str, hint: str) -> Problem:
    """A macro (has, all, exists, map, filter …) is not written as it must be."""
    return Problem(offset, length, "V307", message, hint)


def too_deep(offset: int, length: int, limit: int) -> Problem:
    """The tree would be too deep to work with."""
    return Problem(
        offset,
        length,
        "V308",
        f"the expression is nested more than {limit} levels deep",
        "write it as several lines of a condition, or as a list with in",
    )


def too_long(length: int, limit: int) -> Problem:
    """The text is too long to work with."""
    return Problem(
        0,
        1,
        "V309",
        f"the expression has {length:,} characters, more than the {limit:,} allowed",
        "split it into several lines",
    )
