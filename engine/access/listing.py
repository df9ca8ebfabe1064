"""The list of what a set of roles may see: the same grants that decide one entity, as one query.

Only a host that has a database imports this; the commands of the engine do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.access.grants import RoleSet
from engine.conditions import sql
from engine.conditions.condition import Condition
from engine.conditions.values import Timestamp

if TYPE_CHECKING:
    from engine.conditions.sql import Element, Rows, Store, Table, Truth


def listed(
    roles: RoleSet,
    actor: Mapping[str, Any],
    permission: str,
    machine: str,
    store: Store,
    now: Timestamp | Element,
    order: Sequence[tuple[str, bool]],
    limit: int,
    filters: Callable[[Table], Sequence[Truth]] = lambda _: (),
) -> Rows:
    """The first rows of the machine's table for which some grant of the permission holds, each without what is hidden.

    A field that no grant of ``<plural>.read`` that holds for the row shows is NULL in it, as ``engine.access.fields``
    leaves it out of one entity; ids are always there. ``order`` lists columns, each with whether it descends; ``filters`` gives further conditions on a table. Whether
    the roles may filter and order by those fields is asked with ``engine.access.fields.hidden_among``. Raises
    ValueError for a condition that no list can be made with, which ``virel check`` reports.
    """
    granting = [grant for grant in roles.grants.get(permission, ()) if grant.machine == machine]
    reading = roles.reading.get(machine, ())

    def shown(field: str) -> list[Condition | None]:
        showing = [grant.where for grant in reading if field not in grant.hide]
        everywhere = field == "id" or (permission.endswith(".read") and len(showing) == len(reading))
        return [None] if everywhere else showing

    wheres = [grant.where for grant in granting]
    return sql.listing(wheres, store, machine, sql.Asker(actor, now), order, limit, filters, shown)
