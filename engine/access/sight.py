"""What a set of roles sees, field by field: whoever shows something to them asks here before.

A role alone is nobody in particular, so that ``where`` is not judged: a field is seen where it is seen on every entity
that the roles may read, and a field of a machine that they may not read is not.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from engine.access.grants import RoleSet
from engine.conditions.reads import EventRead, FieldRead


@dataclass(frozen=True, slots=True)
class Sight:
    """What roles see of what conditions, texts and actions read, those of one event's ``data`` included.

    ``machine`` is that of the event, None where there is none: a key of its data is taken for the field of its name.
    """

    roles: RoleSet
    machine: str | None = None

    def of(self, event_type: str, machines: Container[str]) -> Sight:
        """The same at an event of this type."""
        machine = event_type.partition(".")[0]
        return Sight(self.roles, machine if machine in machines else None)

    def __call__(self, read: FieldRead | EventRead) -> bool:
        """Whether what is read may be told."""
        if isinstance(read, FieldRead):
            return self.roles.sees(read)
        if self.machine is None:
            return True
        return self.roles.sees(read.of(self.machine))
