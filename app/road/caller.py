"""Who asks for a change, and from where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Caller:
    """An actor as conditions see it (``id``, ``roles``, ``queues``) with the request's id and address.

    ``system`` callers (workers, the seed) are not asked for permissions: what they do was decided elsewhere.
    """

    actor: Mapping[str, Any]
    request: str | None = None
    address: str | None = None
    system: bool = False

    @property
    def id(self) -> str:
        """The user's id."""
        return str(self.actor["id"])


def system(name: str) -> Caller:
    """A part of the platform itself, such as ``worker``."""
    return Caller({"id": f"system:{name}", "roles": [], "queues": []}, system=True)
