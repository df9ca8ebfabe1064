"""Holds a document against the JSON Schema of its kind, and says every mistake where it stands and in our words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Sequence as Several
from typing import Any

from jsonschema_rs import ValidationError, ValidationErrorKind

from engine.diagnostics import Diagnostic, Place, did_you_mean, in_order
from engine.reading import messages, shape_messages
from engine.reading.nodes import Mapping, Node, Scalar, Sequence
from engine.reading.schemas import subschema, validator
from engine.reading.source import Source

Path = tuple[str | int, ...]

LOOKS_LIKE_AN_EXPRESSION = re.compile(r"\s|[=!<>&|?()\"']")
NAMED = ("true", "false")
_MEANT = {
    **dict.fromkeys(("yes", "on", "y", "true", "1"), "true"),
    **dict.fromkeys(("no", "off", "n", "false", "0"), "false"),
}
NAMES_OF_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}


def validate(kind: str, root: Mapping, source: Source, actions: Iterable[str] = ()) -> list[Diagnostic]:
    """Every mistake in the shape of a document, in document order; none means that parsers may rely on the schema.

    ``kind`` is a kind of document, or ``import`` for an import mapping. Raises FileNotFoundError for another kind.
    ``actions`` names those that a host adds to the language's own.
    """
    errors = list(validator(kind, frozenset(actions)).iter_errors(instance(root)))
    return in_order(_Findings(kind, root, source, errors).diagnostics()) if errors else []


def instance(node: Node) -> Any:
    """The node as the value that is held against a schema.

    A JSON Schema takes 1.0 for an integer, and our documents want whole numbers in plain digits: one that is written
    as a fraction, or as 0x10, is shown to the schema as 0.5, which is a number and no integer.
    """
    if isinstance(node, Mapping):
        return {key.text: instance(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [instance(item) for item in node.items]
    value = node.value
    if isinstance(value, float) and value.is_integer():
        return 0.5
    return 0.5 if isinstance(value, int) and node.text[:2] in {"0x", "0o"} else value


class _Findings:
    def __init__(self, kind: str, root: Mapping, source: Source, errors: list[ValidationError]) -> None:
        self.kind = kind
        self.root = root
        self.source = source
        self.by_path: dict[Path, list[ValidationError]] = defaultdict(list)
        for error in errors:
            self.by_path[tuple(error.instance_path)].append(error)

    def diagnostics(self) -> list[Diagnostic]:
        found: list[Diagnostic] = []
        for path, errors in self.by_path.items():
            wrong_type = [error for error in errors if isinstance(error.kind, ValidationErrorKind.Type)]
            # The wrong kind of value is the whole story; what else the schema wants of it is noise.
            found.extend(self._of_one_value(path, wrong_type[:1] or errors))
        return found

    def _of_one_value(self, path: Path, errors: list[ValidationError]) -> list[Diagnostic]:
        node = self._node(path)
        unknown: list[str] = []
        missing: list[str] = []
        meant: set[str] = set()
        found: list[Diagnostic] = []
        for error in errors:
            if isinstance(error.kind, ValidationErrorKind.AdditionalProperties) and isinstance(node, Mapping):
                known = tuple(_subschema(error).get("properties", ()))
                for key in error.kind.unexpected:
                    unknown.append(key)
                    meant.update(name for name in known if did_you_mean(key, known) == f'did you mean "{name}"?')
                    found.append(self._unknown_key(path, node, node.key(key), known, _subschema(error)))
            elif isinstance(error.kind, ValidationErrorKind.Required):
                if (needed_by := _needed_by(error, node, error.kind.property)) is None:
                    missing.append(error.kind.property)
                elif isinstance(node, Mapping):
                    lonely = node.key(needed_by)
                    property_ = error.kind.property
                    found.append(shape_messages.needs_beside(lonely.place, lonely.length, needed_by, property_))
                    unknown.append(needed_by)
        for error in errors:
            if isinstance(error.kind, ValidationErrorKind.OneOfNotValid) and unknown:
                continue
            if not isinstance(error.kind, (ValidationErrorKind.AdditionalProperties, ValidationErrorKind.Required)):
                found.append(self._other(path, node, error))
        # A misspelt key is one mistake, not an unknown key and a missing one; nor is a misread line short of keys.
        missing = [key for key in missing if key not in meant]
        if missing and not any(diagnostic.code == "V116" for diagnostic in found):
            found.append(shape_messages.missing_keys(*self._at(path, node), missing, self._name(path)))
        return found

    def _unknown_key(
        self, path: Path, node: Mapping, key: Scalar, known: tuple[str, ...], schema: dict[str, Any]
    ) -> Diagnostic:
        if not key.quoted and LOOKS_LIKE_AN_EXPRESSION.search(key.text) and "string" in schema.get("type", ()):
            length = max(1, self.source.end_of_line(key.start) - key.start)
            return messages.quote_line_with_colon(key.place, length)
        return shape_messages.unknown_key(key.place, key.length, key.text, known, self._name(path))

    def _other(self, path: Path, node: Node, error: ValidationError) -> Diagnostic:
        kind, schema = error.kind, _subschema(error)
        place, length = self._at(path, node)
        name, shown = self._name(path), _shown(node)
        expected = schema.get("x-expected") or "something"
        match kind:
            case ValidationErrorKind.Type():
                return self._wrong_type(path, node, kind.types, schema)
            case ValidationErrorKind.Enum() | ValidationErrorKind.Constant():
                return shape_messages.not_one_of(place, length, shown, schema.get("enum") or [schema["const"]])
            case ValidationErrorKind.Pattern():
                if shown.endswith("wd") and expected.startswith("a duration"):
                    return shape_messages.working_days_without_calendar(place, length, shown)
                return shape_messages.not_written_like(place, length, shown, expected)
            case ValidationErrorKind.PropertyNames() if isinstance(node, Mapping):
                key = node.key(str(kind.error.instance))
                wanted = _subschema(kind.error).get("x-expected", "a name")
                return shape_messages.not_written_like(key.place, key.length, key.text, wanted)
            case ValidationErrorKind.MinLength() | ValidationErrorKind.MinItems() | ValidationErrorKind.MinProperties():
                return shape_messages.empty(place, length, name, schema.get("x-expected") or _at_least_one(node))
            case ValidationErrorKind.Minimum():
                return shape_messages.out_of_bounds(place, length, name, shown, kind.limit, smaller=True)
            case ValidationErrorKind.Maximum():
                return shape_messages.out_of_bounds(place, length, name, shown, kind.limit, smaller=False)
            case ValidationErrorKind.MaxProperties():
                found = [key.text for key, _ in node.entries] if isinstance(node, Mapping) else []
                return shape_messages.several_of(place, length, name, found)
            case ValidationErrorKind.OneOfNotValid():
                return self._none_of(path, node, _alternatives(schema))
            case ValidationErrorKind.OneOfMultipleValid():
                return self._several_of(path, node, _alternatives(schema))
        return shape_messages.does_not_fit(place, length, name)

    def _wrong_type(self, path: Path, node: Node, types: Several[str], schema: dict[str, Any]) -> Diagnostic:
        place, length = self._at(path, node)
        expected = schema.get("x-expected") or " or ".join(NAMES_OF_TYPES[name] for name in types)
        if isinstance(node, Scalar) and node.value is None and not node.text:
            return shape_messages.no_value(place, length, self._name(path), expected)
        if isinstance(node, Mapping) and "string" in types and node.entries:
            key = node.entries[0][0]
            if not key.quoted and LOOKS_LIKE_AN_EXPRESSION.search(key.text):
                length = max(1, self.source.end_of_line(key.start) - key.start)
                return messages.quote_line_with_colon(key.place, length)
        hint = _type_hint(node, types, schema)
        return shape_messages.wrong_type(place, length, self._name(path), expected, _found(node), hint)

    def _none_of(self, path: Path, node: Node, keys: list[str]) -> Diagnostic:
        if path[-2:-1] == ("actions",):
            return shape_messages.no_action(*self._at(path, node), keys)
        return shape_messages.none_of(*self._at(path, node), self._name(path), keys)

    def _several_of(self, path: Path, node: Node, keys: list[str]) -> Diagnostic:
        found = [key for key in keys if isinstance(node, Mapping) and key in node]
        assert isinstance(node, Mapping)
        second = node.key(found[1])
        if path[-2:-1] == ("actions",):
            return shape_messages.several_actions(second.place, second.length, found)
        return shape_messages.several_of(second.place, second.length, self._name(path), found)

    def _node(self, path: Path) -> Node:
        node: Node = self.root
        for step in path:
            if isinstance(node, Mapping):
                inner = node.get(str(step))
                node = node if inner is None else inner
            elif isinstance(node, Sequence) and isinstance(step, int):
                node = node.items[step]
        return node

    def _at(self, path: Path, node: Node) -> tuple[Place, int]:
        """Place and length: of the value, or of its key where nothing is written behind it."""
        if isinstance(node, Scalar) and node.start == node.end and path and isinstance(path[-1], str):
            parent = self._node(path[:-1])
            if isinstance(parent, Mapping):
                key = parent.key(path[-1])
                return key.place, key.length
        if isinstance(node, Mapping) and node.entries and self.source.text[node.start] != "{":
            key = node.entries[0][0]
            return key.place, key.length
        return node.place, node.length

    def _name(self, path: Path) -> str:
        """What a value is called: by its key, its list, or as the document."""
        if not path:
            return "the import mapping" if self.kind == "import" else f"the {self.kind}"
        if isinstance(path[-1], str):
            return f'"{path[-1]}"'
        above = next((step for step in reversed(path) if isinstance(step, str)), "the list")
        return f'item {path[-1] + 1} of "{above}"'


def _subschema(error: ValidationError) -> dict[str, Any]:
    return subschema(error.absolute_keyword_location or "")


def _needed_by(error: ValidationError, node: Node, missing: str) -> str | None:
    """The key that asks for the missing one beside it (``dependentRequired``); None when all such mappings need it."""
    if error.schema_path[-1] != "dependentRequired" or not isinstance(node, Mapping):
        return None
    return next(key for key, beside in _subschema(error).items() if key in node and missing in beside)


def _alternatives(schema: dict[str, Any]) -> list[str]:
    return [key for option in schema["oneOf"] for key in option["required"]]


def _at_least_one(node: Node) -> str:
    return {Scalar: "a text", Sequence: "at least one item", Mapping: "at least one key"}[type(node)]


def _shown(node: Node) -> str:
    if not isinstance(node, Scalar):
        return _found(node)
    return node.text if "\n" not in node.text else f"{node.text.split(maxsplit=1)[0]}…"


def _found(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    value = node.value
    if value is None:
        return "nothing" if not node.text else f"{node.text} (no value)"
    if isinstance(value, bool):
        return node.text
    if isinstance(value, (int, float)):
        return f"the number {node.text}"
    line = " ".join(value.split())
    return f'the text "{line if len(line) <= 40 else line[:39] + "…"}"'


def _type_hint(node: Node, types: Several[str], schema: dict[str, Any]) -> str | None:
    expected = schema.get("x-expected", "")
    if isinstance(node, Sequence):
        if expected.startswith("a condition"):
            return "put the list under all:, any: or none:"
        return 'write a line "key: value" for each, without the dash' if list(types) == ["object"] else None
    if isinstance(node, Scalar) and not isinstance(node.value, str):
        number = isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
        if expected.startswith("a duration"):
            return f"a number needs its unit: write {node.text}m, {node.text}h or {node.text}d" if number else None
        if "string" in types and node.text and (not expected or expected.startswith("a text")):
            return f'put it in quotes if it is meant as text: "{node.text}"'
        if "integer" in types and number:
            return "write a whole number in plain digits, such as 3"
    if isinstance(node, Scalar) and "boolean" in types and node.text.lower() in _MEANT and node.text not in NAMED:
        return f"write {_MEANT[node.text.lower()]}"
    if isinstance(node, Scalar) and node.quoted and ("integer" in types or "boolean" in types or "number" in types):
        return "remove the quotes"
    if isinstance(node, Scalar) and "array" in types and "string" not in types:
        return f'write it as a list: ["{node.text}"]' if node.quoted else f"write it as a list: [{node.text}]"
    if isinstance(node, Scalar) and list(types) == ["object"] and (keys := schema.get("required")):
        return (
            f"write it as {{{keys[0]}: {node.text}}}" if len(keys) == 1 else f"write a mapping with {', '.join(keys)}"
        )
    if isinstance(node, Mapping) and "string" in types:
        return f'if it is meant as one text that contains ": ", {messages.QUOTE_LINE}'
    return None
