"""Policies and facts made up by the thousand within what lists can have, and the tables that hold the facts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, cast

import sqlalchemy as sa

from engine.conditions import sql
from engine.conditions.scope import Inverse, Relation
from engine.conditions.types import DYN, STRING, TIMESTAMP, EntityType, StateType, Type
from engine.conditions.values import Duration, Timestamp
from tests.engine.conditions.agency import MEMBERS, NOW_VALUE, World, standard

HOUR = Duration.parse("1h")
TEXTS = ["", "x", "BK-1", "BK-12", "ÄÖ", "é", "e\u0301", "ｚ", "😀", "Z", "a%_b", "beach", "night"]
INTS = [0, 1, 3, -2, 2**63 - 1, -(2**63), 7, 2**53 + 1]
DOUBLES = [0.0, 0.5, 4.5, -1.5, 1e300, 3.0, float(2**53)]
ACTORS: list[dict[str, Any]] = [
    {"id": "us_1", "roles": ["OPERATOR"], "queues": ["x", "beach"]},
    {"id": "us_2", "roles": [], "queues": []},
]


def fields_of(machine: str) -> dict[str, Type]:
    """The fields of a machine that lie in its table."""
    found: dict[str, Type] = {"id": STRING, "status": StateType(machine)}
    found |= dict.fromkeys(("created_at", "updated_at", "status_since"), TIMESTAMP)
    for name, member in MEMBERS[machine].items():
        if isinstance(member, Relation):
            found[name] = EntityType(member.machine)
        elif not isinstance(member, Inverse) and member.type != DYN:
            found[name] = member.type
    return found


class Writer:
    """Writes conditions in the form of their text; every choice comes from one random source."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def one(self, *options: str | Callable[[], str]) -> str:
        chosen = self.rng.choice(options)
        return chosen if isinstance(chosen, str) else chosen()

    def text(self) -> str:
        return self.one(
            lambda: '"' + self.rng.choice(TEXTS) + '"',
            "booking.code",
            "client.name",
            "booking.zone",
            "booking.client",
            'booking.?notes.orValue("x")',
            'booking.?inquiry.?source.orValue("beach")',
            'booking.?model.?manager.?name.orValue("")',
            "booking.client.?name.orValue(booking.code)",
            "booking.code.lowerAscii()",
            "client.name.upperAscii()",
            "(booking.code + client.name)",
            "actor.id",
        )

    def whole(self, depth: int = 1) -> str:
        plain = ("booking.guests", "client.visits", "booking.total.amount", "size(booking.tags)")
        counts = ("booking.payments.size()", "size(booking.code)", "client.bookings.size()", "size(booking.marks)")
        if depth == 0:
            return self.one(*plain, *counts, lambda: str(self.rng.choice(INTS)))
        less = depth - 1
        return self.one(
            *plain,
            lambda: f"({self.whole(less)} {self.rng.choice('+-*/%')} {self.whole(less)})",
            lambda: f"-({self.whole(less)})",
            lambda: f"({self.leaf()} ? {self.whole(less)} : {self.whole(less)})",
        )

    def double(self) -> str:
        return self.one(
            lambda: repr(self.rng.choice(DOUBLES)),
            "booking.rating",
            "model.rating",
            "booking.?score.orValue(1.5)",
            lambda: f"double({self.whole(0)})",
        )

    def time(self) -> str:
        span = self.rng.choice(('"1h"', '"2d"', '"-30m"', "booking.length"))
        plain = ("booking.starts_at", "booking.created_at", "now")
        return self.one(*plain, lambda: f"({self.one(*plain)} {self.rng.choice('+-')} {span})")

    def span(self) -> str:
        return self.one("booking.length", lambda: f"({self.time()} - {self.time()})", '(booking.length + "1h")')

    def order(self) -> str:
        return self.rng.choice(("==", "!=", "<", "<=", ">", ">="))

    def leaf(self) -> str:
        plain_text = self.one("booking.code", "client.name", "booking.zone", 'booking.?notes.orValue("x")')
        return self.one(
            "booking.urgent",
            "has(booking.notes)",
            "has(booking.fee)",
            "has(booking.client.name)",
            "has(booking.client)",
            "has(booking.tags)",
            'booking.status == "draft"',
            "booking.status in open",
            'booking.deposit_status in ["paid", "waived"]',
            'client.tier == "vip"',
            "booking.code in actor.queues",
            '"OPERATOR" in actor.roles',
            "actor.id in booking.tags",
            "booking.code in booking.tags",
            "booking.guests in booking.marks",
            "booking.client == client.id",
            '(has(booking.notes) && booking.notes == "x")',
            '(!has(booking.notes) || booking.notes.contains("x"))',
            '(has(booking.notes) ? booking.notes == "x" : booking.urgent)',
            '(has(booking.inquiry) && booking.inquiry.source == "x")',
            "(has(model.manager) && manager.id == actor.id)",
            '(has(model.manager) && manager.name.startsWith("x"))',
            "booking.?notes.hasValue()",
            'booking.payments.exists(p, p.status == "failed")',
            'booking.payments.all(p, has(p.failure_code) && p.failure_code == "x")',
            "booking.payments.exists_one(p, p.amount.amount > 100)",
            "booking.payments.all(p, p.amount.amount > 100)",
            'booking.payments.exists(p, has(p.payer) && p.payer.tier == "vip")',
            'client.bookings.exists(b, b.payments.exists(p, p.status == "succeeded"))',
            "client.bookings.all(b, b.guests > 0)",
            'booking.day < "2026-04-02"',
            lambda: f'booking.total {self.order()} "2.00 EUR"',
            "booking.total >= booking.total",
            "(has(booking.fee) && booking.fee < booking.total)",
            lambda: f"{plain_text} {self.order()} {plain_text if self.rng.random() < 0.3 else 'client.name'}",
            lambda: f"{self.text()} {self.rng.choice(('==', '!='))} {self.text()}",
            lambda: f"{plain_text}.{self.rng.choice(('contains', 'startsWith', 'endsWith'))}({self.text()})",
            lambda: f"{self.text()} in [{self.text()}, {self.text()}]",
            lambda: f"{self.whole(0)} in [{self.whole(0)}, {self.rng.choice(INTS)}]",
            lambda: f"{self.double()} in [{self.double()}]",
            "booking.code in []",
            'booking.code in ["x"]',
            lambda: f"{self.whole(2)} {self.order()} {self.whole(1)}",
            lambda: f"{self.whole(0)} {self.order()} {self.double()}",
            lambda: f"{self.double()} {self.order()} {self.double()}",
            lambda: f"{self.time()} {self.order()} {self.time()}",
            lambda: f'{self.time()} {self.order()} "2026-04-01T10:00:00Z"',
            lambda: f"{self.span()} {self.order()} {self.one(chr(34) + '2d' + chr(34), 'booking.length')}",
            lambda: self.rng.choice(("true", "false")),
        )

    def condition(self, depth: int = 2) -> str:
        if depth == 0:
            return self.leaf()
        less = depth - 1
        return self.one(
            self.leaf,
            lambda: f"({self.condition(less)} && {self.condition(less)})",
            lambda: f"({self.condition(less)} || {self.condition(less)})",
            lambda: f"!({self.condition(less)})",
            lambda: f"({self.condition(less)} ? {self.condition(less)} : {self.condition(less)})",
        )


def facts(rng: random.Random, bookings: int = 40) -> dict[str, dict[str, dict[str, Any]]]:
    """Tables in which anything may be missing, even what machines require, and relations may lead nowhere."""

    def some(options: list[Any], missing: float = 0.12) -> Any:
        return None if rng.random() < missing else rng.choice(options)

    def money() -> dict[str, Any]:
        return {"amount": rng.choice([0, 5, 200, 150_000]), "currency": rng.choice(["EUR", "EUR", "USD"])}

    def record(id: str, status: str, **values: Any) -> dict[str, Any]:
        return {k: v for k, v in {**standard(id, status), **values}.items() if v is not None}

    tables: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in MEMBERS}
    for n in range(4):
        tables["client"][f"cl_{n}"] = record(
            f"cl_{n}", "active", name=some(TEXTS), tier=some(["vip", "standard"]), visits=some(INTS)
        )
        tables["user"][f"us_{n}"] = record(f"us_{n}", "active", name=some(TEXTS), roles=["OPERATOR"])
    for n in range(3):
        tables["model"][f"md_{n}"] = record(
            f"md_{n}", "active", name=some(TEXTS), rating=some(DOUBLES), manager=some(["us_1", "us_2", "us_9"], 0.4)
        )
        tables["inquiry"][f"in_{n}"] = record(f"in_{n}", "new", source=some(TEXTS), client=some(["cl_1", "cl_9"]))
    for n in range(bookings):
        tables["booking"][f"bk_{n}"] = record(
            f"bk_{n}",
            rng.choice(["draft", "option", "confirmed", "cancelled"]),
            code=some(TEXTS),
            total=some([money()]),
            fee=some([money()], 0.5),
            deposit_status=some(["none", "due", "paid", "waived"]),
            starts_at=some([Timestamp(NOW_VALUE + rng.randrange(-96, 96) * HOUR)]),
            length=some([Duration(rng.randrange(-2, 60) * HOUR)]),
            day=some(["2026-04-01", "2026-04-02", "2026-03-31"]),
            zone=some(["Europe/Berlin", "UTC"]),
            guests=some(INTS),
            rating=some(DOUBLES),
            score=some(DOUBLES, 0.5),
            urgent=some([True, False]),
            notes=some(TEXTS, 0.5),
            tags=some([[], ["beach"], ["us_1", "x", "x"], ["BK-1", "ÄÖ"]]),
            marks=some([[], [1, 2], [0, 3], [-2, 2**53 + 1]]),
            client=some([*tables["client"], "cl_9"]),
            model=some([*tables["model"], "md_9"]),
            inquiry=some([*tables["inquiry"], "in_9"], 0.4),
        )
    for n in range(bookings):
        tables["payment"][f"pay_{n}"] = record(
            f"pay_{n}",
            rng.choice(["failed", "succeeded", "refunded"]),
            purpose=some(["deposit", "balance"]),
            amount=some([money()]),
            failure_code=some(["x", "other"], 0.4),
            booking=some(list(tables["booking"]), 0.05),
            payer=some([*tables["client"], "cl_9"], 0.4),
        )
    return tables


def frame_of(tables: dict[str, dict[str, dict[str, Any]]], id: str, actor: dict[str, Any]) -> tuple[Any, ...]:
    """The frame on which Python judges one booking."""
    return (None, tables["booking"][id], None, NOW_VALUE, actor, World(tables))


@contextmanager
def stored(
    database: sa.Engine, tables: dict[str, dict[str, dict[str, Any]]]
) -> Iterator[tuple[sa.Connection, sql.Store]]:
    """The facts in tables of a database that is otherwise empty."""
    dialect = cast(Literal["sqlite", "postgresql"], database.dialect.name)
    metadata = sa.MetaData()
    kept = {name: sa.Table(name, metadata, *sql.columns(fields_of(name), dialect)) for name in MEMBERS}
    metadata.create_all(database)
    with database.begin() as connection:
        for name, table in kept.items():
            if tables[name]:
                rows = [sql.row(record, fields_of(name)) for record in tables[name].values()]
                connection.execute(table.insert(), rows)
        yield connection, sql.Store(dialect, kept)
