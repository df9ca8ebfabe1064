"""The third result of a condition: errored. It is never false, and nobody may take it for true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from engine.conditions.values import CelError


@dataclass(frozen=True, slots=True)
class EvaluationError:
    """Why an expression has no value on these facts.

    ``offset`` is the character of the line's text at which evaluation failed, ``line`` the number of that line in its
    condition, counted from 0.
    """

    message: str
    offset: int = 0
    line: int = 0

    def __bool__(self) -> NoReturn:
        raise TypeError("an errored condition is neither true nor false: compare the verdict with `is True`")

    @classmethod
    def of(cls, error: CelError, line: int = 0) -> EvaluationError:
        """The result that stands for an error of the exact evaluator."""
        return cls(error.message, error.offset or 0, line)
