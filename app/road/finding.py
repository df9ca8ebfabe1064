"""Finding entities by what people remember of them: a code or its beginning, a part of a name or a title.

A code is looked up in its index. Names are looked through where a kind has few that matter (what is still to do) or among its newest
(clients, models), so that no search reads a table of a million rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from app.road import commands
from app.road.problems import ForbiddenError
from app.road.road import StoredRoad
from engine.access.fields import visible
from engine.machines.model import Machine
from engine.simulation.world import Record

CODE = re.compile(r"[A-Za-z]{2,3}-[A-Za-z0-9]*")
"""What is a code and no name."""
LONGEST = 80
"""Characters that are looked for."""
MOST_FILTER = 1_600
"""Characters of a filter, so that it stays below what lists take."""
LAST = "Z" * 12
"""Behind every code of a beginning, in whatever order a database puts letters."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a kind is looked for: the field of its code, its texts, and the states in which it is looked through for those.

    ``newest`` begins with the newest of them; else they are found by their state, where few are in these states.
    """

    machine: str
    code: str = ""
    texts: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    newest: bool = False


PLACES = (
    Place("inquiry", "code"),
    Place("booking", "code"),
    Place("model", "public_code", ("name",), ("draft", "active", "paused"), newest=True),
    Place("client", "code", ("name", "email"), ("active", "blocked"), newest=True),
    Place("task", "", ("title",), ("open", "assigned", "in_progress", "snoozed")),
)
LOOKED_THROUGH = 10_000
"""Entities of a kind whose texts are looked through at most."""
SPELLINGS = 4
RELATED_TO = 3
"""Clients or models at most whose inquiries and bookings are found with them."""
SPARE = 8
"""How many times as many rows are read as are wanted, since some may not be seen."""
BEGINNINGS = {"inquiry": ("IN-", "IQ-"), "booking": ("BK-", "VR-"), "model": ("MD-",), "client": ("CL-",)}
"""What codes begin with, for those who leave it out."""
RELATED = (("inquiry", "client"), ("booking", "client"), ("booking", "model"))
"""Kinds that are found by whom they are about."""


def find(road: StoredRoad, words: str, most: int) -> dict[str, list[Record]]:
    """At most so many entities of each kind that the caller may see and that fit the words, by kind; the best first.

    Inquiries and bookings are also found by their client or model.
    """
    text = plain(words)
    if len(text) < 2:
        return {}
    found = {place.machine: named(road, place.machine, text, most) for place in PLACES}
    for machine, relation in RELATED:
        ids = [record["id"] for record in found[relation] if len(found[relation]) <= RELATED_TO]
        there = {record["id"] for record in found[machine]}
        found[machine] += [one for one in _latest(road, machine, relation, ids, most) if one["id"] not in there]
        found[machine] = found[machine][:most]
    return {machine: records for machine, records in found.items() if records}


def named(road: StoredRoad, machine: str, words: str, most: int, *, exact: bool = False) -> list[Record]:
    """Entities of a kind that the caller may see, by code first and then by name, newest first; with ``exact`` by code alone."""
    place = next(one for one in PLACES if one.machine == machine)
    text = plain(words)
    if not text:
        return []
    found = _by_code(road, place, text, most) if place.code else []
    if exact or not place.texts or len(found) >= most or (place.code and CODE.fullmatch(text)):
        return found
    known = {record["id"] for record in found}
    return (found + [one for one in _by_text(road, place, text, most) if one["id"] not in known])[:most]


def plain(words: str) -> str:
    """Words as they are looked for: without control characters and more blanks than one."""
    return " ".join("".join(char if char.isprintable() else " " for char in words).split())[:LONGEST]


def spellings(words: str) -> list[str]:
    """How words may be written in a name: as they are, small, capital at the beginning of the first or of each, all capital."""
    return list(dict.fromkeys((words, words.lower(), words.title(), words.upper(), words.capitalize())))


def contains(machine: Machine, fields: Sequence[str], words: str) -> str:
    """The condition that one of some fields has the words in it, however they are written; as many spellings as fit.

    A field may be one of a related entity (``client.name``).
    """
    known = spellings(words)
    while True:
        found = " || ".join(_in_field(machine, field, known) for field in fields)
        if len(found) <= MOST_FILTER or len(known) == 1:
            return found
        known = known[:-1]


def _in_field(machine: Machine, field: str, known: Sequence[str]) -> str:
    name = f"{machine.id}.{field}"
    any_of = " || ".join(f"{name}.contains({orjson.dumps(one).decode()})" for one in known)
    first = field.partition(".")[0]
    declared = machine.fields.get(first) or machine.relations.get(first)
    if declared is not None and declared.optional:
        return f"(has({machine.id}.{first}) && ({any_of}))"
    return any_of


def _by_code(road: StoredRoad, place: Place, text: str, most: int) -> list[Record]:
    """By the beginning of the code: a range of its index, then asked one by one whether the caller may see it."""
    code = text.upper()
    table = road.store.rows(place.machine).table
    column = table.c[place.code]
    found: list[Record] = []
    plural = road.catalog.machines[place.machine].plural
    bare = "-" not in code and " " not in code
    for begin in (code, *(f"{one}{code}" for one in BEGINNINGS.get(place.machine, ()) if bare)):

        def clause() -> sa.Select[tuple[object, ...]]:
            least, above = sa.bindparam("least", type_=sa.Text), sa.bindparam("above", type_=sa.Text)
            query = sa.select(table).where(column >= least, column <= above).order_by(column)
            return query.limit(sa.bindparam("most", type_=sa.BigInteger))

        select = road.statements.of(("beginning", place.machine), clause)
        rows = select(road.connection, {"least": begin, "above": begin + LAST, "most": most}).fetchall()
        records = [road.store.take(place.machine, row) for row in rows]
        found += [
            one
            for one in records
            if one[place.code].startswith(begin)
            and commands.decision(road, f"{plural}.read", place.machine, one).allowed
        ]
    return list({one["id"]: one for one in found}.values())[:most]


def _by_text(road: StoredRoad, place: Place, text: str, most: int) -> list[Record]:
    """By a part of a text: looked for in the first ``LOOKED_THROUGH`` that matter, then asked whether the caller may see it.

    A text that the caller may not see does not count.
    """
    known = (spellings(text) * SPELLINGS)[:SPELLINGS]
    table = road.store.rows(place.machine).table
    part = sa.func.strpos if road.connection.dialect.name == "postgresql" else sa.func.instr

    def clause() -> Any:
        some = sa.select(table).where(table.c.status.in_(place.states))
        # by state and age, where that has an index: a planner that thinks of most as open would else read them all
        order = (table.c.created_at.desc(),) if place.newest else (table.c.status, table.c.created_at)
        inner = some.order_by(*order).limit(LOOKED_THROUGH).subquery()
        found = [
            part(sa.func.coalesce(inner.c[name], ""), sa.bindparam(f"text{n}", None, sa.Text)) > 0
            for name in place.texts
            for n in range(SPELLINGS)
        ]
        query = sa.select(inner).where(sa.or_(*found)).order_by(inner.c.created_at.desc(), inner.c.id)
        return query.limit(sa.bindparam("most", None, sa.BigInteger))

    select = road.statements.of(("by text", place.machine), clause)
    values = {f"text{n}": one for n, one in enumerate(known)} | {"most": most * SPARE}
    rows = select(road.connection, values).fetchall()

    def fits(seen: Record) -> bool:
        return any(one in (seen.get(name) or "") for name in place.texts for one in known)

    return _seen(road, place.machine, (road.store.take(place.machine, row) for row in rows), fits, most)


def latest(road: StoredRoad, machine: str, relation: str, ids: Sequence[str], most: int) -> list[Record]:
    """The newest entities that belong to some others and the caller may see. Raises ForbiddenError for whoever sees none."""
    commands.allow_some(road, f"{road.catalog.machines[machine].plural}.read", road.catalog.machines[machine])
    if not ids:
        return []
    table = road.store.rows(machine).table
    given = (list(ids) * RELATED_TO)[:RELATED_TO]

    def clause() -> Any:
        names = [sa.bindparam(f"id{n}", None, sa.Text) for n in range(RELATED_TO)]
        query = sa.select(table).where(table.c[relation].in_(names))
        return query.order_by(table.c.created_at.desc(), table.c.id).limit(sa.bindparam("most", None, sa.BigInteger))

    select = road.statements.of(("latest", machine, relation), clause)
    values = {f"id{n}": id for n, id in enumerate(given)} | {"most": most * SPARE}
    rows = select(road.connection, values).fetchall()
    return _seen(road, machine, (road.store.take(machine, row) for row in rows), lambda seen: relation in seen, most)


def _latest(road: StoredRoad, machine: str, relation: str, ids: Sequence[str], most: int) -> list[Record]:
    try:
        return latest(road, machine, relation, ids, most)
    except ForbiddenError:
        return []


def _seen(
    road: StoredRoad, machine: str, records: Iterable[Record], fits: Callable[[Record], bool], most: int
) -> list[Record]:
    """The first of some records that the caller may see and that fit by what of them is seen."""
    plural = road.catalog.machines[machine].plural
    found: list[Record] = []
    for record in records:
        seen = visible(commands.decision(road, f"{plural}.read", machine, record), record)
        if seen and fits(seen):
            found.append(record)
            if len(found) == most:
                break
    return found
