"""A machine for logs to be about, and mappings for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.diagnostics import Diagnostic
from engine.importing.model import ImportMapping
from engine.importing.parse import parse_mapping
from engine.machines.model import Machine
from engine.machines.parse import parse_machine
from engine.reading.read import read_text
from engine.reading.source import Source

MACHINE = """
kind: machine
id: case
version: 1
plural: cases
description: Whatever the log is about.
fields: {owner: "string?", due: "timestamp?", fee: "money?", count: int, day: "date?"}
relations: {client: {to: case, optional: true}}
initial: New
states: {New: {}, Done: {}}
transitions: {finish: {from: [New], to: Done}}
"""


def machine() -> Machine:
    root = read_text(Source("statemachines/case.yaml", MACHINE.strip()), lambda one: pytest.fail(one.message))
    assert root is not None
    return parse_machine(root, [])


Parsed = Callable[[str], tuple[ImportMapping | None, list[Diagnostic]]]


@pytest.fixture(scope="session")
def parsed() -> Parsed:
    """A mapping's text as the mapping, or None, with all that is said about it."""

    def parse(text: str) -> tuple[ImportMapping | None, list[Diagnostic]]:
        found: list[Diagnostic] = []
        return parse_mapping(Source("import.yaml", text), {"case": machine()}, found.append), found

    return parse
