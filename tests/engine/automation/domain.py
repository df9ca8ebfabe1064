"""Small catalogs from texts: rules over one order, its items and the engine's own tasks."""

from __future__ import annotations

from collections.abc import Mapping

from engine.catalog import Catalog, build
from engine.reading.documents import Document
from engine.reading.read import read_text
from engine.reading.source import Source

ORDER = """
fields: {total: int, count: int?, note: string?, kind: {enum: [a, b]}, price: money, flag: bool}
relations: {buyer: buyer}
initial: open
states: {open: {}, held: {}, packed: {}, sent: {final: true}}
transitions:
  hold: {from: [open, packed], to: held}
  resume: {from: [held], to: open}
  pack: {from: [open, held], to: packed}
  unpack: {from: [packed], to: open}
  send: {from: [packed], to: sent}
groups: {waiting: [open, held]}
events: {order.called: {data: {about: string}}, order.boxed: {transition: pack}}
""".replace("int?", '"int?"').replace("string?", '"string?"')
BUYER = """
fields: {name: "string?", orders_seen: int}
initial: active
states: {active: {}, gone: {}}
transitions: {leave: {from: [active], to: gone}, return: {from: [gone], to: active}}
"""
KINDS = {"machine": "statemachines", "rule": "rules/automation", "scenario": "tests/scenarios"}


def document(kind: str, id: str, body: str) -> Document:
    text = f"kind: {kind}\nid: {id}\nversion: 1\ndescription: Made for a test.\n{body}"
    source = Source(f"{KINDS[kind]}/{id}.yaml", text)
    problems: list[object] = []
    root = read_text(source, problems.append)
    assert root is not None, problems
    assert not problems, problems
    return Document(kind, id, 1, "Made for a test.", source, root, ())


def catalog(rules: Mapping[str, str]) -> Catalog:
    documents = [document("machine", "order", ORDER), document("machine", "buyer", BUYER)]
    return build([*documents, *(document("rule", id, body) for id, body in rules.items())])
