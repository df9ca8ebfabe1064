"""A machine with every kind of field for tests of templates, and worlds made of plain values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.catalog import Catalog, load
from engine.conditions.values import Duration, Timestamp
from engine.simulation.world import World
from engine.templates.model import Facts, Message, Refusal
from engine.templates.render import render

ORDER = """kind: machine
id: order
version: 1
description: Something that was ordered.
fields:
  code: string
  total: money
  count: int
  share: double
  paid: bool
  size: {enum: [small, large]}
  starts_at: timestamp
  day: date
  wait: duration
  place: zone
  notes: string?
  tags: {list: string}
relations: {buyer: person, giver: {to: person, optional: true}}
initial: open
states: {open: {}, sent: {final: true}}
transitions: {send: {from: [open], to: sent}}
"""
PERSON = """kind: machine
id: person
version: 1
plural: people
description: Somebody.
fields: {name: string, zone: zone}
relations: {city: city}
initial: known
states: {known: {}}
"""
CITY = """kind: machine
id: city
version: 1
description: A place.
fields: {name: string}
initial: there
states: {there: {}}
"""
PART = """kind: machine
id: part
version: 1
description: One part of an order.
fields: {name: string, price: money, note: "string?"}
relations: {order: order, maker: person}
initial: made
states: {made: {}}
"""
HEAD = "kind: template\nid: said\nversion: 3\ndescription: Something is said.\nentity: order\nfallback: en\nchannels:\n"


def catalog_of(folder: Path, channels: str) -> Catalog:
    """The catalog with one template, of which only the channels are given."""
    for path, text in {
        "statemachines/order.yaml": ORDER,
        "statemachines/person.yaml": PERSON,
        "statemachines/city.yaml": CITY,
        "statemachines/part.yaml": PART,
        "templates/said.yaml": HEAD + channels,
    }.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return load(folder)


def facts(parts: int = 2, **values: Any) -> Facts:
    """An order with everything; None leaves a value out."""
    record: dict[str, Any] = {
        "id": "or_1",
        "status": "open",
        "code": "OR-1",
        "total": {"amount": 123_456, "currency": "EUR"},
        "count": 1234,
        "share": 0.5,
        "paid": True,
        "size": "small",
        "starts_at": Timestamp.parse("2026-03-31T22:30:00Z"),
        "day": "2026-04-01",
        "wait": Duration.parse("28h"),
        "place": "Europe/Moscow",
        "notes": "Mind the <dog> & ring",
        "tags": ["a", "b"],
        "buyer": "pe_1",
    }
    record = {name: value for name, value in {**record, **values}.items() if value is not None}
    world = World(("order", "person", "city", "part"), inverses=[("part", "order")])
    world.create("city", {"id": "ci_1", "status": "there", "name": "Berlin"})
    world.create("person", {"id": "pe_1", "status": "known", "name": "Ada", "zone": "Asia/Tokyo", "city": "ci_1"})
    world.create("order", record)
    for number in range(parts):
        price = {"amount": 100 * number, "currency": "EUR"}
        part = {"id": f"pa_{number}", "name": f"Part {number}", "price": price, "order": "or_1", "maker": "pe_1"}
        world.create("part", part | {"status": "made"})
    return Facts(record, world)


def said(
    folder: Path, text: str, about: Facts | None = None, locale: str = "en", channel: str = "in_app"
) -> Message | Refusal:
    """What a text makes of facts; the text must be without a mistake."""
    indented = "\n".join(f"      {line}" for line in text.split("\n"))
    catalog = catalog_of(
        folder, f"  {channel}:\n    en: |-\n{indented}\n    ru: |-\n{indented}\n    de: |-\n{indented}\n"
    )
    assert [one.message for one in catalog.diagnostics] == []
    return render(catalog.templates["said"], channel, locale, about or facts())


def body(found: Message | Refusal) -> str:
    """What was said; a refusal fails with its reason."""
    assert isinstance(found, Message), found
    return found.body


def reason(found: Message | Refusal) -> str:
    """Why nothing was said."""
    assert isinstance(found, Refusal), found
    return found.reason
