"""The list that conditions make together: one query, or one an index, and of each row what may be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from engine.conditions.condition import Condition
from engine.conditions.sql.branches import branches, predicate
from engine.conditions.sql.store import Asker, Element, Rows, Store, Table, Truth

MOST_BRANCHES = 8


def listing(
    wheres: Sequence[Condition | None],
    store: Store,
    machine: str,
    asker: Asker,
    order: Sequence[tuple[str, bool]],
    limit: int,
    filters: Callable[[Table], Sequence[Truth]] = lambda _: (),
    shown: Callable[[str], Sequence[Condition | None]] = lambda _: (None,),
) -> Rows:
    """The first rows of a machine's table for which one of the conditions is true; None stands for all rows.

    ``order`` lists columns, each with whether it descends; ``filters`` are further conditions on the table. ``shown``
    gives the conditions of which one must be true for a field to be told; else it is NULL, as if it had no value. Where
    every alternative fixes a column that an index begins with, each becomes a query of its own that reads no more
    than ``limit`` rows of its index; else one query takes them all.
    """
    table = store.tables[machine]
    told = list(_told(table, shown, store, asker))
    if any(one is None for one in wheres):
        return _page(sa.select(*told).where(*filters(table)), table, order, limit)
    parts = [part for one in wheres if one is not None for part in branches(one, store, table, asker)]
    if not 2 <= len(parts) <= MOST_BRANCHES or not all(part.fixed & _leading(table) for part in parts):
        either = sa.or_(sa.false(), *(part.expression for part in parts))
        return _page(sa.select(*told).where(either, *filters(table)), table, order, limit)
    selects = []
    for number, part in enumerate(parts):
        others = [before.expression.is_not(sa.true()) for before in parts[:number]]  # so that no row comes twice
        query = sa.select(*told).where(part.expression, *others, *filters(table))
        selects.append(sa.select(_page(query, table, order, limit).subquery()))
    together = sa.union_all(*selects).subquery()
    return _page(sa.select(together), together, order, limit)


def _told(
    table: Table, shown: Callable[[str], Sequence[Condition | None]], store: Store, asker: Asker
) -> Iterator[Element]:
    """The columns of a table, each NULL on the rows on which its field may not be told."""
    for column in table.c:
        wheres = shown(_field_of(column.name, table))
        if any(one is None for one in wheres):
            yield column
        else:
            told = [predicate(one, store, table, asker) for one in wheres if one is not None]
            yield sa.case((sa.or_(sa.false(), *told), column)).label(column.name)


def _field_of(column: str, table: Table) -> str:
    """The field that a column holds; money lies in two."""
    name, _, part = column.rpartition("_")
    both = {f"{name}_amount", f"{name}_currency"} <= set(table.c.keys())
    return name if part in ("amount", "currency") and both else column


def _page(query: sa.Select[Any], table: Table, order: Sequence[tuple[str, bool]], limit: int) -> sa.Select[Any]:
    columns = (table.c[name].desc() if down else table.c[name].asc() for name, down in order)
    return query.order_by(*columns).limit(limit)


def _leading(table: Table) -> frozenset[str]:
    """The columns that an index of the table begins with."""
    if not isinstance(table, sa.Table):
        return frozenset()
    firsts = {next(iter(index.columns)).name for index in table.indexes if len(index.columns)}
    return frozenset(firsts | {column.name for column in list(table.primary_key.columns)[:1]})
