"""A small agency for the tests of conditions: a vocabulary, scopes, facts and a world."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

from engine.conditions.block import parse_block
from engine.conditions.check import check_condition, check_expression
from engine.conditions.condition import Condition, Expression
from engine.conditions.scope import (
    ACTOR,
    NOW,
    Alias,
    Ambiguous,
    Field,
    Function,
    Inverse,
    Member,
    Relation,
    Scope,
    Variable,
    event_variable,
)
from engine.conditions.types import (
    BOOL,
    DATE,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    MONEY,
    STRING,
    TIMESTAMP,
    ZONE,
    EntityType,
    EnumType,
    ListType,
    StateType,
)
from engine.conditions.values import Duration, Timestamp
from engine.diagnostics import Diagnostic, render
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar
from engine.reading.read import read_text
from engine.reading.source import Source

DEPOSIT = EnumType(frozenset({"none", "due", "paid", "waived", "refunded"}))
TIER = EnumType(frozenset({"standard", "vip"}))

MEMBERS: dict[str, dict[str, Member]] = {
    "booking": {
        "code": Field(STRING),
        "total": Field(MONEY),
        "fee": Field(MONEY, optional=True),
        "deposit_status": Field(DEPOSIT),
        "starts_at": Field(TIMESTAMP),
        "ends_at": Field(TIMESTAMP, optional=True),
        "length": Field(DURATION),
        "day": Field(DATE),
        "zone": Field(ZONE),
        "guests": Field(INT),
        "rating": Field(DOUBLE),
        "score": Field(DOUBLE, optional=True),
        "urgent": Field(BOOL),
        "notes": Field(STRING, optional=True),
        "tags": Field(ListType(STRING)),
        "marks": Field(ListType(INT)),
        "extra": Field(DYN, optional=True),
        "client": Relation("client"),
        "model": Relation("model"),
        "inquiry": Relation("inquiry", optional=True),
        "payments": Inverse("payment", "booking"),
    },
    "payment": {
        "purpose": Field(EnumType(frozenset({"deposit", "balance", "fee"}))),
        "amount": Field(MONEY),
        "failure_code": Field(STRING, optional=True),
        "booking": Relation("booking"),
        "payer": Relation("client", optional=True),
    },
    "client": {
        "name": Field(STRING),
        "tier": Field(TIER),
        "visits": Field(INT),
        "bookings": Inverse("booking", "client"),
    },
    "model": {"name": Field(STRING), "rating": Field(DOUBLE), "manager": Relation("user", optional=True)},
    "inquiry": {"source": Field(STRING), "budget": Field(MONEY, optional=True), "client": Relation("client")},
    "task": {
        "title": Field(STRING),
        "queue": Field(STRING, optional=True),
        "assignee": Relation("user", optional=True),
    },
    "user": {"name": Field(STRING), "roles": Field(ListType(STRING))},
}
STATES = {
    "booking": ("draft", "option", "awaiting_deposit", "confirmed", "cancelled"),
    "payment": ("pending", "succeeded", "failed", "refunded"),
    "client": ("active", "blocked"),
    "model": ("active", "paused"),
    "inquiry": ("new", "answered", "lost"),
    "task": ("open", "assigned", "done"),
    "user": ("active", "inactive"),
}
GROUPS = {"booking": {"open": frozenset({"draft", "option", "awaiting_deposit"}), "firm": frozenset({"confirmed"})}}
TRANSITIONS = {"booking": ("request_deposit", "confirm", "cancel"), "payment": ("succeed", "fail", "refund")}


class Agency:
    """The vocabulary of the language's own examples."""

    def machines(self) -> Iterable[str]:
        return MEMBERS

    def names(self, machine: str) -> Iterable[str]:
        return MEMBERS[machine]

    def member(self, machine: str, name: str) -> Member | None:
        return MEMBERS[machine].get(name)

    def states(self, machine: str) -> Iterable[str]:
        return STATES[machine]

    def groups(self, machine: str) -> Mapping[str, frozenset[str]]:
        return GROUPS.get(machine, {})

    def transitions(self, machine: str) -> Iterable[str]:
        return TRANSITIONS.get(machine, ())


def is_free(model: str, start: int, end: int) -> bool:
    """A host's function: whether the model is free then; it fails for a model it does not know."""
    if model == "md_9":
        raise LookupError("no calendar for md_9")
    return start < end


FUNCTIONS = {"is_free": Function((EntityType("model"), TIMESTAMP, TIMESTAMP), BOOL, is_free)}

BOOKING = Scope(
    {
        "event": event_variable(
            {
                "from": Field(StateType("booking")),
                "to": Field(StateType("booking")),
                "note": Field(STRING, optional=True),
                "payload": Field(DYN),
                "score": Field(DOUBLE),
                "by": Field(EntityType("user"), optional=True),
            }
        ),
        "booking": Variable(EntityType("booking"), "subject"),
        "before": Variable(EntityType("booking"), "before", "sometimes"),
        "client": Alias(("booking", "client")),
        "model": Alias(("booking", "model")),
        "inquiry": Alias(("booking", "inquiry")),
        "manager": Alias(("booking", "model", "manager")),
        "now": NOW,
        "actor": ACTOR,
    },
    Agency(),
    FUNCTIONS,
    subject="booking",
)

PAYMENT = Scope(
    {
        "event": event_variable({"purpose": Field(STRING)}),
        "payment": Variable(EntityType("payment"), "subject"),
        "booking": Alias(("payment", "booking")),
        "payer": Alias(("payment", "payer")),
        "client": Ambiguous((("payment", "booking", "client"), ("payment", "payer"))),
        "before": Variable(EntityType("payment"), "before", "never"),
        "now": NOW,
        "actor": ACTOR,
    },
    Agency(),
    subject="payment",
)

TASK = Scope({"task": Variable(EntityType("task"), "subject"), "now": NOW, "actor": ACTOR}, Agency())

SCOPES = {"booking": BOOKING, "payment": PAYMENT, "task": TASK}


class World:
    """Entities by machine and id, and the moves they made."""

    def __init__(
        self, tables: dict[str, dict[str, dict[str, Any]]], moves: Iterable[tuple[str, str, str, int]] = ()
    ) -> None:
        self.tables = {machine: tables.get(machine, {}) for machine in MEMBERS}
        self.moves = list(moves)

    def inverse(self, machine: str, relation: str, identity: str) -> list[dict[str, Any]]:
        return [record for record in self.tables[machine].values() if record.get(relation) == identity]

    def count_moves(self, machine: str, identity: str, name: str, since: int) -> int:
        return sum(1 for move in self.moves if move[:3] == (machine, identity, name) and move[3] > since)


NOW_VALUE = Timestamp.parse("2026-03-27T10:00:00Z")


def standard(identity: str, status: str) -> dict[str, Any]:
    """What every record holds."""
    created = Timestamp.parse("2026-03-20T08:30:00Z")
    return {
        "id": identity,
        "status": status,
        "created_at": created,
        "updated_at": NOW_VALUE,
        "status_since": Timestamp.parse("2026-03-25T00:00:00Z"),
    }


def booking(**values: Any) -> dict[str, Any]:
    """A booking with everything that is required; a value None leaves a field out."""
    record = {
        **standard("bk_1", "awaiting_deposit"),
        "code": "BK-1",
        "total": {"amount": 200_000, "currency": "EUR"},
        "deposit_status": "paid",
        "starts_at": Timestamp.parse("2026-04-01T10:00:00Z"),
        "length": Duration.parse("8h"),
        "day": "2026-04-01",
        "zone": "Europe/Berlin",
        "guests": 3,
        "rating": 4.5,
        "urgent": True,
        "tags": ["beach", "night"],
        "marks": [1, 2],
        "client": "cl_1",
        "model": "md_1",
        **values,
    }
    return {name: value for name, value in record.items() if value is not None}


def frame(
    subject: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
    data: dict[str, Any] | None = None,
    changes: dict[str, list[Any]] | None = None,
    kind: str = "booking.status_changed",
    tables: dict[str, dict[str, dict[str, Any]]] | None = None,
    moves: Iterable[tuple[str, str, str, int]] = (),
) -> tuple[Any, ...]:
    """``(event, subject, before, now, actor, world)`` for the booking bk_1 and its neighbours."""
    subject = booking() if subject is None else subject
    world = {
        "booking": {subject["id"]: subject},
        "client": {"cl_1": {**standard("cl_1", "active"), "name": "Vera", "tier": "vip", "visits": 7}},
        "model": {"md_1": {**standard("md_1", "active"), "name": "Anna", "rating": 4.9, "manager": "us_1"}},
        "user": {"us_1": {**standard("us_1", "active"), "name": "Max", "roles": ["OPERATOR"]}},
        "payment": {
            "pay_1": {
                **standard("pay_1", "failed"),
                "purpose": "deposit",
                "amount": {"amount": 60_000, "currency": "EUR"},
                "failure_code": "stolen_card",
                "booking": "bk_1",
            },
            "pay_2": {
                **standard("pay_2", "succeeded"),
                "purpose": "balance",
                "amount": {"amount": 140_000, "currency": "EUR"},
                "booking": "bk_1",
                "payer": "cl_1",
            },
        },
        **(tables or {}),
    }
    event = SimpleNamespace(
        id="ev_1",
        type=kind,
        source="test",
        subject=subject["id"],
        time=NOW_VALUE,
        data={"from": "option", "to": "awaiting_deposit", "payload": {}, "score": 0.5} if data is None else data,
        changes=changes or {},
        cause=None,
        root="ev_1",
        depth=0,
        actor=None,
    )
    actor = {"id": "us_1", "roles": ["OPERATOR"], "queues": ["operations"]}
    return (event, subject, before, NOW_VALUE, actor, World(world, moves))


def node_of(text: str) -> Node:
    """The node under ``condition:`` of a small document."""
    source = Source("rules/automation/a-rule.yaml", text)
    report: list[Diagnostic] = []
    root = read_text(source, report.append)
    assert isinstance(root, MappingNode), report
    found = root.get("condition")
    assert found is not None
    return found


def quoted(expression: str) -> str:
    """A document whose condition is one single-quoted line."""
    return "condition: '" + expression.replace("'", "''") + "'\n"


def condition(expression: str, scope: Scope = BOOKING) -> Condition:
    """A checked condition; ``expression`` is one line, or YAML that begins with a line break."""
    text = f"condition:{expression}" if expression.startswith("\n") else quoted(expression)
    found, problems = check_condition(parse_block(node_of(text)), scope)
    assert found is not None, shown(text, problems)
    return found


def expression(text: str, scope: Scope = BOOKING, expected: Any = None) -> Expression:
    """A checked expression of any type."""
    node = node_of(quoted(text))
    assert isinstance(node, Scalar)
    found, problems = check_expression(node, scope, expected)
    assert found is not None, shown(quoted(text), problems)
    return found


def shown(text: str, problems: Iterable[Diagnostic]) -> str:
    """Diagnostics as a person reads them."""
    source = Source("rules/automation/a-rule.yaml", text)
    return "\n".join(render(problem, source.line(problem.place.line)) for problem in problems)
