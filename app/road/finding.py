"""Finding entities by what people remember of them: a code or its beginning, a part of a name or a title.

A code is looked up in its index. Names are looked through only where a kind has few of them (clients, models) or few that
matter (what is still to do), so that no search reads a table of a million rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
import sqlalchemy as sa

from app.road import commands
from app.road.lists import page
from app.road.problems import ForbiddenError
from app.road.road import StoredRoad
from engine.machines.model import Machine
from engine.simulation.world import Record

LONGEST = 80
"""Characters that are looked for."""
MOST_FILTER = 1_600
"""Characters of a filter, so that it stays below what lists take."""
LAST = "Z" * 12
"""Behind every code of a beginning, in whatever order a database puts letters."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a kind is looked for: the field of its code, its texts, and which of its entities are looked through for those."""

    machine: str
    code: str = ""
    texts: tuple[str, ...] = ()
    only: str = ""


PLACES = (
    Place("inquiry", "code"),
    Place("booking", "code"),
    Place("model", "public_code", ("name",), 'model.status != "archived"'),
    Place("client", "code", ("name", "email"), 'client.status != "archived"'),
    Place("task", "", ("title",), 'task.status in ["open", "assigned", "in_progress", "snoozed"]'),
)
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
        ids = [record["id"] for record in found[relation][:3] if len(found[relation]) <= 3]
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
    if exact or not place.texts or len(found) >= most:
        return found
    known = {record["id"] for record in found}
    return (found + [one for one in _by_text(road, place, text, most) if one["id"] not in known])[:most]


def plain(words: str) -> str:
    """Words as they are looked for: without control characters and more blanks than one."""
    return " ".join("".join(char if char.isprintable() else " " for char in words).split())[:LONGEST]


def spellings(words: str) -> list[str]:
    """How words may be written in a name: as they are, small, capital at the beginning of the first or of each, all capital."""
    return list(dict.fromkeys((words, words.lower(), words.capitalize(), words.title(), words.upper())))


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
    condition = contains(road.catalog.machines[place.machine], place.texts, text)
    return _listed(road, place.machine, f"({condition})" + (f" && {place.only}" if place.only else ""), most)


def latest(road: StoredRoad, machine: str, relation: str, ids: Sequence[str], most: int) -> list[Record]:
    """The newest entities that belong to some others and the caller may see. Raises ForbiddenError for whoever sees none."""
    if not ids:
        return []
    condition = f"{machine}.{relation}.id in {orjson.dumps(list(ids)).decode()}"
    declared = road.catalog.machines[machine].relations[relation]
    if declared.optional:
        condition = f"has({machine}.{relation}) && {condition}"
    return page(road, machine, limit=most, cursor=None, filter=condition).records


def _latest(road: StoredRoad, machine: str, relation: str, ids: Sequence[str], most: int) -> list[Record]:
    try:
        return latest(road, machine, relation, ids, most)
    except ForbiddenError:
        return []


def _listed(road: StoredRoad, machine: str, filter: str, most: int) -> list[Record]:
    try:
        return page(road, machine, limit=most, cursor=None, filter=filter).records
    except ForbiddenError:
        return []
