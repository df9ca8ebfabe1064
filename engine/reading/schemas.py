"""The JSON Schemas of all kinds of documents, and their compiled validators."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

BASE = "virel:/"
"""The schemas name each other by file; this stands before the file where a whole address is needed."""

PARTS = "parts.json"
"""What several kinds share: ids, durations, conditions, actions."""


@cache
def schema(file: str) -> dict[str, Any]:
    """The schema in a file of ``engine/reading/schemas``, such as ``rule.json``."""
    content: dict[str, Any] = json.loads((files("engine.reading") / "schemas" / file).read_text("utf-8"))
    return content


@cache
def validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    """The validator of one kind of document."""
    registry = jsonschema_rs.Registry([(BASE + PARTS, schema(PARTS))])
    return jsonschema_rs.Draft202012Validator(schema(f"{kind}.json"), registry=registry, base_uri=f"{BASE}{kind}.json")


def subschema(location: str) -> dict[str, Any]:
    """The schema object that holds the keyword at ``location``, such as ``virel:/rule.json#/properties/order/type``."""
    address, _, pointer = location.partition("#")
    found: Any = schema(address.removeprefix(BASE))
    for step in pointer.split("/")[1:-1]:
        found = found[int(step)] if isinstance(found, list) else found[step]
    assert isinstance(found, dict)
    return found
