"""The seam between the stories and the engine: what a simulated day needs to know of the rules' world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.events.envelope import WireEvent


class Stage(Protocol):
    """A world that rules act in. Instants are whole seconds since the Unix epoch, UTC."""

    def record(self, event: WireEvent) -> Iterable[WireEvent]:
        """Lets a root event happen; returns it and all that followed at once, in order."""

    def wake(self, until: int) -> Iterable[WireEvent]:
        """Lets timers, delays, dwells and schedules due before ``until`` happen; returns what followed, in order."""

    def look(self, machine: str, entity: str) -> Mapping[str, Any] | None:
        """The record of an entity as it stands now, or None."""

    def linked(self, machine: str, relation: str, entity: str) -> Iterable[Mapping[str, Any]]:
        """The records of ``machine`` whose ``relation`` is ``entity``, oldest first."""

    def may_move(self, machine: str, entity: str, transition: str) -> bool:
        """Whether the machine has this transition from the state the entity is in."""
