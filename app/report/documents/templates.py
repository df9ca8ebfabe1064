"""A template as previews: what it says on each channel in each language, on facts that happened or on made-up ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.report.documents.sheet import Preview, Row, code, row
from app.report.wording import number
from engine.catalog import Catalog
from engine.conditions.types import (
    BOOL,
    DATE,
    DOUBLE,
    DURATION,
    INT,
    MONEY,
    TIMESTAMP,
    UINT,
    ZONE,
    EnumType,
    ListType,
    StateType,
    Type,
)
from engine.conditions.values import Timestamp
from engine.machines.model import Machine
from engine.simulation.facts import as_they_stand
from engine.templates.model import Facts, Message, Refusal, Template
from engine.templates.render import render

CHANNELS = {"email": "E-mail", "sms": "SMS", "telegram": "Telegram", "in_app": "In the app"}
SAMPLE = "sample"
"""The id of every made-up entity."""
NOON = Timestamp.parse("2026-03-02T12:00:00Z")

_VALUES: dict[Type, Any] = {
    BOOL: True,
    INT: 1,
    UINT: 1,
    DOUBLE: 1.5,
    MONEY: {"amount": 125000, "currency": "EUR"},
    TIMESTAMP: "2026-03-02T12:00:00Z",
    DURATION: "2h",
    DATE: "2026-03-02",
    ZONE: "UTC",
}


def rows(template: Template, *, sent: bool) -> Iterator[Row]:
    """What it is about, and where its previews come from."""
    source = (
        "on the facts of the first time it was sent in these days"
        if sent
        else "on made-up facts, since it was not sent in these days"
    )
    yield row("About", f"one {template.entity}; in {code(template.fallback)} where a reader's language is not written")
    yield row("Preview", source)


def previews(template: Template, sent: Sequence[Message], made_up: Facts | None) -> tuple[Preview, ...]:
    """Every channel in every language; ``sent`` are the messages of one that went out, else it is on ``made_up``."""
    if sent:
        return tuple(map(_preview, sent))
    if made_up is None:
        return ()
    return tuple(
        _preview(render(template, channel, locale, made_up))
        for channel, texts in template.channels.items()
        for locale in texts
    )


def _preview(said: Message | Refusal) -> Preview:
    channel = CHANNELS.get(said.channel, said.channel)
    if isinstance(said, Refusal):
        return Preview(channel, said.locale, None, "", "", f"not sent: {said.reason}")
    length = f"{number(len(said.body))} characters"
    if said.segments is not None:
        of = said.segments
        length += f", {of.count} segment{'' if of.count == 1 else 's'} of {of.encoding}"
    return Preview(channel, said.locale, said.subject, said.body.rstrip(), length)


class Samples:
    """One made-up entity of every machine, with each field set, pointing at one another."""

    def __init__(self, catalog: Catalog) -> None:
        facts = {machine.id: {SAMPLE: _entity(machine)} for machine in catalog.machines.values()}
        self._world = as_they_stand(catalog, facts, NOON).world

    def of(self, machine: str) -> Facts:
        """The made-up entity of a machine, as a text sees it."""
        return Facts(self._world.tables[machine][SAMPLE], self._world)


def _entity(machine: Machine) -> dict[str, Any]:
    fields = {name: _value(one.type, name) for name, one in machine.fields.items()}
    return {**fields, **dict.fromkeys(machine.relations, SAMPLE)}


def _value(kind: Type, name: str) -> Any:
    if isinstance(kind, EnumType):
        return min(kind.values)
    if isinstance(kind, ListType):
        return [_value(kind.item, name)]
    if isinstance(kind, StateType):
        return None
    return _VALUES.get(kind, f"‹{name.replace('_', ' ')}›")
