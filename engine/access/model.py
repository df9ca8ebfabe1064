"""A role as the engine uses it. Source: the language, "Role"."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from engine.conditions.block import Block, Line
from engine.diagnostics import Place


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission, for the objects where ``where`` holds.

    ``fields`` limits what may be written (None: everything), ``hide`` what may not be seen.
    """

    permission: str
    where: Block | Line | None
    hide: tuple[str, ...]
    fields: tuple[str, ...] | None
    place: Place


GIVES_ROLES = ("users.update", "roles.update", "roles.assign")


class Granted(Protocol):
    """What a grant gives, as written or as checked."""

    @property
    def permission(self) -> str:
        """What may be done."""

    @property
    def where(self) -> object | None:
        """For which entities; None: for all."""

    @property
    def fields(self) -> Collection[str] | None:
        """What may be written; None: everything."""


def gives_roles(grant: Granted) -> bool:
    """Whether whoever holds the grant can give a role to anybody, and so has whatever any role has."""
    return grant.permission in GIVES_ROLES and grant.where is None and (grant.fields is None or "roles" in grant.fields)


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of grants."""

    id: str
    version: int
    description: str
    grants: tuple[Grant, ...]
    place: Place

    def may(self, permission: str, field: str | None = None) -> bool:
        """Whether some grant gives ``permission``, and lets ``field`` be written where one is named."""
        return any(
            grant.permission == permission and (field is None or grant.fields is None or field in grant.fields)
            for grant in self.grants
        )

    def permissions(self) -> Iterable[str]:
        """Every permission some grant gives."""
        return (grant.permission for grant in self.grants)
