"""The verb: a role decides. Several roles add up; an error in a condition is a refusal, never a maybe."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.access import wording
from engine.access.grants import CheckedGrant, RoleSet
from engine.conditions.explain import Explanation
from engine.conditions.values import Timestamp
from engine.diagnostics import Place

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Doubt:
    """A grant whose condition does not hold, with the values it was judged on, from which the reason is told."""

    grant: CheckedGrant
    values: tuple[object, ...]

    def explain(self) -> Explanation:
        """The verdict of every line."""
        assert self.grant.where is not None
        return self.grant.where.explain_from(self.values, self.grant.where.own_reads)


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or refused, and who says so.

    ``grant`` is what allows it, or the nearest that does not; None where no role grants the permission at all.
    ``hidden`` are the fields that may not be seen, of an object that may be; ``writable`` those that may be written,
    None meaning all. The reason is put into words when somebody asks.
    """

    allowed: bool
    permission: str
    machine: str | None
    roles: RoleSet = dataclasses.field(repr=False)
    grant: CheckedGrant | None
    hidden: frozenset[str] = NOTHING
    writable: frozenset[str] | None = NOTHING
    field: str | None = None
    doubts: tuple[Doubt, ...] = dataclasses.field(default=(), repr=False)

    @property
    def role(self) -> str | None:
        """The role that allows or refuses; None for an actor without roles."""
        if self.grant is not None:
            return self.grant.role
        return self.roles.names[0] if self.roles.names else None

    @property
    def place(self) -> Place | None:
        """The line that says so: of the grant, of the condition that does not hold, or of a role that lacks it."""
        if self.allowed and self.grant is not None:
            return self.grant.place
        return wording.refusing(self)[0]

    @property
    def reason(self) -> str:
        """One sentence."""
        if self.allowed and self.grant is not None:
            return wording.allowing(self.grant)
        return wording.refusing(self)[1]

    def as_json(self) -> dict[str, Any]:
        """The form that ``virel access explain`` prints."""
        place = self.place
        return {
            "decision": "allowed" if self.allowed else "refused",
            "role": self.role,
            "file": place.file if place is not None else None,
            "line": place.line if place is not None else None,
            "hidden": sorted(self.hidden),
            "reason": self.reason,
        }


def decide(
    roles: RoleSet,
    actor: Mapping[str, Any],
    permission: str,
    machine: str | None,
    record: Mapping[str, Any] | None,
    world: object,
    now: Timestamp,
    field: str | None = None,
) -> Decision:
    """Whether the actor may do this to one entity of ``machine``, and to ``field`` of it where one is named.

    ``actor`` holds ``id``, ``roles`` and ``queues``; ``world`` is asked for the entities that conditions walk to.
    A permission that is about no kind of entity is decided without machine and record.
    """
    allows: CheckedGrant | None = None
    lacks: CheckedGrant | None = None
    hidden: frozenset[str] | None = None
    writable: frozenset[str] | None = NOTHING
    doubts: tuple[Doubt, ...] = ()
    for grant in roles.grants.get(permission, ()):
        if grant.machine != machine:
            continue
        where = grant.where
        if where is not None and where.judge(None, record, None, now, actor, world) is not True:
            doubts = (*doubts, Doubt(grant, where.own_reads.read(None, record, None, now, actor, world)))
            continue
        hidden = grant.hide if hidden is None else hidden & grant.hide
        writable = None if writable is None or grant.fields is None else writable | grant.fields
        if field is None or grant.fields is None or field in grant.fields:
            allows = allows or grant
        else:
            lacks = lacks or grant
        if allows is not None and writable is None and not hidden:
            break
    if allows is not None:
        return Decision(True, permission, machine, roles, allows, hidden or NOTHING, writable, field)
    if lacks is not None:
        return Decision(False, permission, machine, roles, lacks, NOTHING, writable, field)
    nearest = doubts[0].grant if doubts else None
    return Decision(False, permission, machine, roles, nearest, NOTHING, NOTHING, field, doubts)
