"""Rendering one mail, beside Jinja2 without declared fields, checks and limits, and with the same CLDR filters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from babel import dates, numbers

from bench import ours
from bench.documents import write_base
from bench.measure import Row, interleaved
from engine.conditions.values import Timestamp
from engine.simulation.world import World
from engine.templates.model import Facts, Message
from engine.templates.render import render

RENDERINGS = 2_000
PLAIN = """Dear {{ order.customer.name }},

your order {{ order.code }} ({{ order.tier }}) has reached us; {{ order.customer.country }} is where it goes.
{% if order.value > 1000 %}
Thank you for an order of {{ order.value }}.
{% endif %}

The desk
"""
FIGURES = PLAIN + "{{ order.value | number }}, {{ order.created_at | date('Europe/Berlin') }}\n"
HEAD = "kind: template\nid: {id}\nversion: 1\ndescription: A mail.\nentity: order\nfallback: en\nchannels:\n  email:\n    en:\n"


def run(out: Path) -> Iterator[Row]:
    """A mail of values alone, and one with a number and a date; both sides must say the same."""
    folder = out / "documents"
    write_base(folder)
    for id, text in (("plain", PLAIN), ("figures", FIGURES)):
        body = "".join(f"        {line}\n" for line in text.splitlines())
        document = HEAD.format(id=id) + '      subject: "Order {{ order.code }}"\n      body: |\n' + body
        (folder / "templates" / f"{id}.yaml").write_text(document, encoding="utf-8")
    templates = ours.load(folder).templates
    facts, plain = _facts()
    for id, text, target in (("plain", PLAIN, 1.5), ("figures", FIGURES, 1.5)):
        environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
        environment.filters["number"] = lambda value: numbers.format_decimal(value, locale="en")
        environment.filters["date"] = lambda value, zone: dates.format_date(
            value.astimezone(ZoneInfo(zone)).date(), "long", locale="en"
        )
        subject, body_text = environment.from_string("Order {{ order.code }}"), environment.from_string(text)
        template = templates[id]

        def by_virel(template: Any = template) -> Any:
            return render(template, "email", "en", facts)

        def by_jinja(subject: Any = subject, body_text: Any = body_text) -> tuple[str, str]:
            return subject.render(order=plain), body_text.render(order=plain)

        said = by_virel()
        assert isinstance(said, Message)
        assert (said.subject, said.body) == by_jinja()
        times = interleaved(
            {
                "virel": partial(_repeat, by_virel),
                "jinja2": partial(_repeat, by_jinja),
            },
            9,
            RENDERINGS,
        )
        yield Row(
            f"a mail of {'values' if id == 'plain' else 'values, a number and a date'}, in times of plain Jinja2",
            times["virel"].median / times["jinja2"].median,
            target,
            False,
            f"{times['virel'].text()} against {times['jinja2'].text()}",
        )
        yield Row("the same mail, in times of 200 µs", times["virel"].median / 200e-6, 1, False, times["virel"].text())


def _facts() -> tuple[Facts, dict[str, Any]]:
    instant = datetime(2026, 4, 1, 10, tzinfo=UTC)
    customer = {"id": "cu_1", "name": "Ada Smith", "tier": "gold", "country": "country-07"}
    order: dict[str, Any] = {"id": "or_1", "status": "open", "code": "OR-1", "tier": "gold", "value": 12345}
    world = World(("order", "customer"))
    world.create("customer", dict(customer))
    record = {**order, "customer": "cu_1", "created_at": Timestamp(int(instant.timestamp()) * 1_000_000_000)}
    world.create("order", record)
    return Facts(record, world), {**order, "customer": customer, "created_at": instant}


def _repeat(run: Callable[[], object]) -> None:
    for _ in range(RENDERINGS):
        run()
