"""Expressions and facts made up by the hundred: every form the language has, over facts with holes in them."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from engine.conditions.values import Duration, Timestamp
from tests.engine.conditions.agency import NOW_VALUE, booking, frame, standard

HOUR = Duration.parse("1h")
Draw = Any

INTS = ("0", "1", "3", "-2", "9223372036854775807", "-9223372036854775808")
DOUBLES = ("0.0", "0.5", "4.5", "-1.5", "1e300", "3.0")
TEXTS = ('""', '"BK-1"', '"x"', '"BK"', '"beach"', '"ÄÖ"')
TIMES = ('"2026-04-01T10:00:00Z"', '"2026-03-27T11:00:00+01:00"', '"0001-01-01T00:00:00Z"')
SPANS = ('"1h"', '"2d"', '"-30m"', '"0s"')
MONEY = ('"2,000.00 EUR"', '"0.00 EUR"', '"500.00 USD"')


def one(draw: Draw, *options: Any) -> Any:
    """One of the options; a function is called to make it."""
    chosen = draw(st.sampled_from(options))
    return chosen() if callable(chosen) else chosen


def int_text(draw: Draw, depth: int) -> str:
    read = ("booking.guests", "client.visits", "booking.client.visits", "event.time.getFullYear()", *INTS)
    if depth <= 0:
        return one(draw, *read)
    return one(
        draw,
        *read,
        lambda: f"({int_text(draw, depth - 1)} {one(draw, '+', '-', '*', '/', '%')} {int_text(draw, depth - 1)})",
        lambda: f"-({int_text(draw, depth - 1)})",
        lambda: f"size({one(draw, 'booking.tags', 'booking.payments', 'booking.code')})",
        lambda: f"int({double_text(draw, depth - 1)})",
        lambda: f"({bool_text(draw, depth - 1)} ? {int_text(draw, depth - 1)} : {int_text(draw, depth - 1)})",
        "booking.marks[1]",
        "booking.marks[booking.guests]",
        'count_moves(booking, "confirm", "30d")',
        'booking.starts_at.getDayOfWeek("Europe/Berlin")',
        "booking.length.getHours()",
        "booking.payments[0].amount.amount",
        "booking.total.amount",
        'booking.code.indexOf("K")',
        "math.abs(booking.guests)",
    )


def double_text(draw: Draw, depth: int) -> str:
    read = ("booking.rating", "model.rating", "event.data.score", "booking.?score.orValue(1.5)", *DOUBLES)
    if depth <= 0:
        return one(draw, *read)
    return one(
        draw,
        *read,
        lambda: f"({double_text(draw, depth - 1)} {one(draw, '+', '-', '*', '/')} {double_text(draw, depth - 1)})",
        lambda: f"double({int_text(draw, depth - 1)})",
        lambda: f"(booking.rating * {one(draw, '2', '0')})",
        lambda: f"-({double_text(draw, depth - 1)})",
        lambda: f"math.round({double_text(draw, depth - 1)})",
    )


def text_text(draw: Draw, depth: int) -> str:
    read = ("booking.code", "client.name", "string(booking.zone)", 'booking.?notes.orValue("none")', *TEXTS)
    if depth <= 0:
        return one(draw, *read)
    return one(
        draw,
        *read,
        lambda: f"({text_text(draw, depth - 1)} + {text_text(draw, depth - 1)})",
        lambda: f"string({int_text(draw, depth - 1)})",
        lambda: f"string({double_text(draw, depth - 1)})",
        lambda: f"{one(draw, 'booking.code', 'client.name')}.{one(draw, 'lowerAscii()', 'substring(1)', 'trim()')}",
        'booking.?model.?manager.?name.orValue("")',
        'booking.?inquiry.?source.orValue("web")',
        "booking.tags[0]",
        "booking.client",
        'booking.tags.join("-")',
        'booking.?notes.optMap(n, n + "!").orValue("?")',
    )


def time_text(draw: Draw, depth: int) -> str:
    read = ("booking.starts_at", "booking.created_at", "now", "event.time")
    if depth <= 0:
        return one(draw, *read)
    return one(
        draw,
        *read,
        lambda: f"({time_text(draw, depth - 1)} {one(draw, '+', '-')} {one(draw, *SPANS, 'booking.length')})",
        lambda: f"timestamp({one(draw, *TIMES, 'booking.code')})",
    )


def span_text(draw: Draw, depth: int) -> str:
    if depth <= 0:
        return "booking.length"
    return one(
        draw,
        "booking.length",
        lambda: f"({time_text(draw, depth - 1)} - {time_text(draw, depth - 1)})",
        lambda: f"({span_text(draw, depth - 1)} {one(draw, '+', '-')} {one(draw, *SPANS, 'booking.length')})",
    )


ORDERS = ("<", "<=", ">", ">=", "==", "!=")


def leaf_text(draw: Draw) -> str:
    """A condition without parts."""
    return one(
        draw,
        "booking.urgent",
        "has(booking.notes)",
        "has(before.code)",
        "has(event.data.note)",
        "has(booking.inquiry)",
        'booking.status == "draft"',
        "booking.status in open",
        "booking.status == event.data.to",
        'booking.deposit_status in ["paid", "waived"]',
        'client.tier == "vip"',
        "changed(booking.starts_at)",
        "changed(booking.notes)",
        'before.status == "draft"',
        '"OPERATOR" in actor.roles',
        "booking.client == client.id",
        '(has(booking.notes) && booking.notes == "x")',
        '(!has(booking.notes) || booking.notes.contains("x"))',
        '(has(booking.notes) ? booking.notes == "x" : booking.urgent)',
        '(has(booking.inquiry) && booking.inquiry.source == "partner")',
        "(has(model.manager) && manager.id == actor.id)",
        '(has(model.manager) && manager.name.startsWith("M"))',
        "booking.?fee.hasValue()",
        "is_free(model, booking.starts_at, now)",
        'booking.payments.exists(p, p.status == "failed")',
        'booking.payments.all(p, has(p.failure_code) && p.failure_code == "stolen_card")',
        "booking.payments.exists_one(p, p.amount.amount > 100000)",
        'booking.payments.exists(p, has(p.payer) && p.payer.tier == "vip")',
        'booking.payments.filter(p, p.purpose == "deposit").size() == 1',
        "booking.payments.map(p, p.booking).all(b, b == booking)",
        'client.bookings.exists(b, b.payments.exists(p, p.status == "succeeded"))',
        "booking.marks.exists(m, 10 / m > 3)",
        "booking.marks.all(m, 10 / m > 3)",
        "booking.marks.exists_one(m, m == booking.guests)",
        "booking.marks.map(m, m + 1) == [2, 3]",
        "booking.marks.filter(m, m > 1) == [2]",
        "booking.tags.exists(i, t, t == booking.code || i > 0)",
        'booking.tags == ["beach", "night"]',
        "booking.tags.exists(t, booking.marks.exists(m, m == t.size()))",
        "event.data.payload.a == 1",
        "event.data.payload.a > 0.5",
        "has(event.data.payload.a)",
        "event.data.payload.b",
        "event.data.payload == null",
        '"a" in event.data.payload',
        "event.data.payload.list[0] == 1",
        "event.data.payload.list.exists(x, x == 1)",
        'booking.code.matches("^BK-[0-9]$")',
        "booking.code.matches(client.name)",
        'booking.day < "2026-04-02"',
        'booking.zone == "Europe/Berlin"',
        "booking.guests in booking.marks",
        "booking.rating in [4.5, 0.0]",
        "booking.total == booking.payments[0].amount",
        'booking.total.currency == "EUR"',
        "true",
        "false",
    )


def bool_text(draw: Draw, depth: int) -> str:
    """A condition, nested at most so deep."""
    if depth <= 0:
        return leaf_text(draw)
    less = depth - 1
    return one(
        draw,
        lambda: leaf_text(draw),
        lambda: leaf_text(draw),
        lambda: f"({bool_text(draw, less)} && {bool_text(draw, less)})",
        lambda: f"({bool_text(draw, less)} || {bool_text(draw, less)})",
        lambda: f"!({bool_text(draw, less)})",
        lambda: f"({bool_text(draw, less)} ? {bool_text(draw, less)} : {bool_text(draw, less)})",
        lambda: f"{int_text(draw, less)} {one(draw, *ORDERS)} {int_text(draw, less)}",
        lambda: f"{double_text(draw, less)} {one(draw, *ORDERS)} {double_text(draw, less)}",
        lambda: f"{int_text(draw, less)} {one(draw, *ORDERS)} {double_text(draw, less)}",
        lambda: (
            f"{text_text(draw, less)} {one(draw, *ORDERS)} {text_text(draw, less)}"
            if depth < 0
            else f"{text_text(draw, less)} {one(draw, '==', '!=')} {text_text(draw, less)}"
        ),
        lambda: f"{time_text(draw, less)} {one(draw, *ORDERS)} {one(draw, *TIMES, 'booking.starts_at')}",
        lambda: f"{span_text(draw, less)} {one(draw, *ORDERS)} {one(draw, *SPANS)}",
        lambda: f"booking.total {one(draw, *ORDERS)} {one(draw, *MONEY)}",
        lambda: f"{int_text(draw, less)} in [{int_text(draw, less)}, {one(draw, *INTS)}]",
        lambda: f"{text_text(draw, less)} in [{one(draw, *TEXTS)}, {text_text(draw, less)}]",
    )


@st.composite
def conditions(draw: Draw) -> str:
    """One line."""
    return bool_text(draw, draw(st.integers(0, 3)))


@st.composite
def blocks(draw: Draw, depth: int = 2) -> Any:
    """A block of lines as plain data: a line, or lists under all, any and none."""
    if depth == 0 or draw(st.booleans()):
        return bool_text(draw, 1)
    kinds = draw(st.lists(st.sampled_from(("all", "any", "none")), min_size=1, max_size=2, unique=True))
    return {kind: draw(st.lists(blocks(depth - 1), min_size=1, max_size=3)) for kind in kinds}


def facts(seed: int, count: int) -> list[tuple[Any, ...]]:
    """Frames in which anything may be missing, even what the machines require."""
    rng = random.Random(seed)
    return [_frame(rng) for _ in range(count)]


def _frame(rng: random.Random) -> tuple[Any, ...]:
    def maybe(value: Any, chance: float = 0.15) -> Any:
        return None if rng.random() < chance else value

    record = booking(
        status=rng.choice(["draft", "option", "confirmed", "cancelled"]),
        deposit_status=maybe(rng.choice(["none", "due", "paid", "waived"])),
        code=maybe(rng.choice(["BK-1", "BK-12", "", "x", "ÄÖ"])),
        total=maybe({"amount": rng.choice([0, 50_000, 200_000]), "currency": rng.choice(["EUR", "EUR", "USD"])}),
        fee=maybe({"amount": 5, "currency": "EUR"}, 0.5),
        starts_at=maybe(Timestamp(NOW_VALUE + rng.randrange(-96, 96) * HOUR)),
        length=maybe(Duration(rng.randrange(-2, 60) * HOUR)),
        guests=maybe(rng.choice([0, 1, 3, -2, 2**63 - 1])),
        rating=maybe(rng.choice([0.0, 4.5, -1.5, float("nan"), float("inf"), 3.0])),
        score=maybe(rng.choice([0.5, 2.0]), 0.5),
        urgent=maybe(rng.random() < 0.5),
        notes=maybe(rng.choice(["x", "fix", ""]), 0.5),
        tags=maybe(rng.choice([[], ["beach"], ["beach", "night"], ["BK-1", "x", "x"]])),
        marks=maybe(rng.choice([[], [1, 2], [0, 5], [3], [-2, 2**63 - 1]])),
        client=maybe(rng.choice(["cl_1", "cl_1", "cl_9"]), 0.1),
        model=maybe(rng.choice(["md_1", "md_2", "md_9"]), 0.1),
        inquiry=maybe(rng.choice(["in_1", "in_9"]), 0.5),
    )
    tables = {
        "client": {
            "cl_1": {**standard("cl_1", "active"), "name": rng.choice(["Vera", "BK"]), "tier": "vip", "visits": 7}
        },
        "model": {
            "md_1": {**standard("md_1", "active"), "name": "Anna", "rating": 4.9, "manager": "us_1"},
            "md_2": {**standard("md_2", "paused"), "name": "Nina"},
        },
        "inquiry": {"in_1": {**standard("in_1", "new"), "source": "partner", "client": "cl_1"}},
        "payment": {f"pay_{number}": _payment(rng, number) for number in range(rng.randrange(4))},
    }
    payload = rng.choice(
        [{}, {"a": 1, "b": True}, {"a": 0.5, "list": [1, "x"]}, {"a": None, "b": 1}, None, "text", [1]]
    )
    data = {"from": "option", "to": rng.choice(["draft", "confirmed"]), "score": 0.5, "payload": payload}
    if rng.random() < 0.3:
        data["note"] = "n"
    if rng.random() < 0.1:
        del data["to"]
    previous = booking(status="draft") if rng.random() < 0.7 else None
    kind = rng.choice(["booking.status_changed", "booking.created"])
    changes = rng.choice([{}, {"starts_at": [None, record.get("starts_at")]}])
    moves = [("booking", "bk_1", "confirm", NOW_VALUE - rng.randrange(60 * 24) * HOUR) for _ in range(rng.randrange(3))]
    subject = record if rng.random() > 0.03 else {"id": "bk_1"}
    return frame(subject, previous, data, changes, kind, tables, moves)


def _payment(rng: random.Random, number: int) -> dict[str, Any]:
    record = {
        **standard(f"pay_{number}", rng.choice(["failed", "succeeded", "refunded"])),
        "purpose": rng.choice(["deposit", "balance"]),
        "amount": {"amount": rng.choice([60_000, 140_000, 200_000]), "currency": "EUR"},
        "booking": rng.choice(["bk_1", "bk_1", "bk_2"]),
    }
    if rng.random() < 0.5:
        record["failure_code"] = rng.choice(["stolen_card", "other"])
    if rng.random() < 0.5:
        record["payer"] = rng.choice(["cl_1", "cl_9"])
    if rng.random() < 0.1:
        del record["amount"]
    return record
