"""What every way out of the house is: it delivers one message, or says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``key`` is the same at every attempt; providers that know it deliver once."""

    key: str
    kind: str
    payload: Mapping[str, Any]
    about: str | None


class DeliveryError(Exception):
    """The message was not delivered, or nobody can tell; the message says why."""


class PassingError(DeliveryError):
    """It was not delivered and may be tried again, after ``seconds`` where the provider says so."""

    def __init__(self, message: str, seconds: float | None = None) -> None:
        super().__init__(message)
        self.seconds = seconds


class LastingError(DeliveryError):
    """It was refused, and would be again."""


class UncertainError(DeliveryError):
    """It may have been delivered: the provider did not answer."""


class Channel(Protocol):
    """A way out. ``idempotent`` tells that a message whose key it knows is not delivered again."""

    name: str
    idempotent: bool

    def deliver(self, message: Message) -> None:
        """Delivers a message. Raises DeliveryError, by its kinds."""
