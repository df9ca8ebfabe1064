"""Why a change is not made: a closed set, each with what its reader needs. Nothing of a change that ends so is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


class ProblemError(Exception):
    """A change that is not made; the message is a sentence that says what to do where that is known."""


class NotFoundError(ProblemError):
    """There is no such entity, or none that the caller may see: the two are never told apart."""

    def __init__(self, machine: str, id: str) -> None:
        super().__init__(f"There is no {machine} {id}.")
        self.machine = machine
        self.id = id


class ForbiddenError(ProblemError):
    """The caller's roles do not allow it. ``place`` is the file and line that say so."""

    def __init__(self, machine: str, id: str, permission: str, reason: str, place: str | None) -> None:
        super().__init__(reason)
        self.machine = machine
        self.id = id
        self.permission = permission
        self.place = place


class NotAllowedNowError(ProblemError):
    """The machine does not allow the move as things stand. ``allowed`` lists the moves that start from this state."""

    def __init__(self, message: str, allowed: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.allowed = tuple(allowed)


class CollisionError(ProblemError):
    """Somebody was there first. ``winner`` is the machine, id and code of what stands in the way, where it is known."""

    def __init__(self, message: str, winner: tuple[str, str, str | None] | None = None) -> None:
        super().__init__(message)
        self.winner = winner


class StaleError(ProblemError):
    """The entity is no longer the version that the caller knows. ``version`` is what it is now, ``actor`` who changed it last."""

    def __init__(self, machine: str, id: str, version: int, actor: str | None = None) -> None:
        super().__init__(f"{machine} {id} has changed since you read it: read it again and decide anew.")
        self.version = version
        self.actor = actor


class NeverHandedOutError(StaleError):
    """A change is to start from a version that the entity never had."""

    def __init__(self, machine: str, id: str) -> None:
        super().__init__(machine, id, 0)
        self.args = ("If-Match names no version that was ever handed out: send the ETag that came with what you read.",)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one input: ``pointer`` is a JSON pointer (RFC 6901) into the body."""

    pointer: str
    code: str
    message: str


@dataclass
class InvalidError(ProblemError):
    """Inputs that do not fit; all of them at once."""

    faults: list[Fault] = field(default_factory=list)

    def __str__(self) -> str:
        return "; ".join(f"{fault.pointer or 'body'}: {fault.message}" for fault in self.faults)


class BusyError(ProblemError):
    """The store could not take the change now; the same request may be sent again."""
