"""The JSON Schemas of all kinds of documents, and their compiled validators."""

from __future__ import annotations

import copy
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
def validator(kind: str, actions: frozenset[str] = frozenset()) -> jsonschema_rs.Draft202012Validator:
    """The validator of one kind of document; ``actions`` are those that a host adds to the language's own."""
    document, parts = (_with_actions(schema(file), actions) for file in (f"{kind}.json", PARTS))
    registry = jsonschema_rs.Registry([(BASE + PARTS, parts)])
    return jsonschema_rs.Draft202012Validator(document, registry=registry, base_uri=f"{BASE}{kind}.json")


def _with_actions(content: dict[str, Any], actions: frozenset[str]) -> dict[str, Any]:
    """The schema with further actions, whose keys the host checks itself."""
    content = copy.deepcopy(content)
    for name in ("action", "expectation"):
        definition = content.get("$defs", {}).get(name, {})
        for action in sorted(actions - definition.get("properties", {}).keys()) if definition else ():
            definition["properties"][action] = {"type": "object"}
            if "oneOf" in definition:
                definition["oneOf"].append({"required": [action]})
    return content


def subschema(location: str) -> dict[str, Any]:
    """The schema object that holds the keyword at ``location``, such as ``virel:/rule.json#/properties/order/type``."""
    address, _, pointer = location.partition("#")
    found: Any = schema(address.removeprefix(BASE))
    for step in pointer.split("/")[1:-1]:
        found = found[int(step)] if isinstance(found, list) else found[step]
    assert isinstance(found, dict)
    return found
