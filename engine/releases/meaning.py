"""What a document means, apart from how it is written: the tree on which two documents are compared.

Comments, quotes, layout and the order of keys are gone; so are the order of lists that are sets, blanks within an
expression, the unit a span is written in, and keys that say what holds anyhow. Where the meaning of a text is unknown
here, its very characters are its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.conditions.lexer import tokenize
from engine.conditions.syntax_messages import ConditionError
from engine.conditions.values import Duration
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar, data

Path = tuple[str, ...]

_BLOCKS = ("all", "any", "none")
_CONDITIONS: Mapping[str, frozenset[str]] = {
    "rule": frozenset({"condition", "if", "where"}),
    "machine": frozenset({"guard"}),
    "role": frozenset({"where"}),
    "sla": frozenset({"start", "pause", "stop", "cancel", "when", "if"}),
    "matching": frozenset({"if"}),
}
_EXPRESSIONS: Mapping[str, frozenset[str]] = {
    "rule": frozenset({"expression", "key", "for_each"}),
    "sla": frozenset({"expression"}),
    "matching": frozenset({"score"}),
}
_SPANS: Mapping[str, frozenset[str]] = {
    "rule": frozenset({"after", "every", "for", "due", "within"}),
    "sla": frozenset({"after", "within", "due", "warn_at", "before"}),
}
_SETS: Mapping[str, frozenset[str]] = {
    "rule": frozenset({"trigger", "in_state"}),
    "machine": frozenset({"from", "requires", "enum"}),
    "role": frozenset({"grants", "hide", "fields"}),
    "calendar": frozenset({"dates", "hours"}),
    "matching": frozenset({"must", "prefer"}),
    "scenario": frozenset({"expect", "expect_not"}),
}
_SETS_WITHIN: Mapping[str, frozenset[str]] = {"machine": frozenset({"groups"}), "calendar": frozenset({"week"})}
_COUNTED = frozenset({"prefer", "expect", "expect_not"})
_OWN_WORDS = frozenset({"data", "with", "value", "title", "reason"})
"""Below these keys of an action an author's own words stand, whatever they look like."""
_USUAL: Mapping[str, object] = {"on_change": "recheck", "stage": "live", "order": 0, "backstop": False}
"""What holds of a rule that does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What stands at one place. ``key`` is equal for equal meanings, and only for them.

    ``parts`` are the values of a mapping by key, or the items of a list; ``ordered`` says whether a list's order means
    something.
    """

    key: Any
    node: Node
    path: Path
    parts: Mapping[str, Meant] | tuple[Meant, ...] | None = None
    ordered: bool = True


def meant(kind: str, node: Node, path: Path = (), plural: str = "") -> Meant:
    """What a node of a document of ``kind`` means; ``path`` leads to it from the document's root.

    ``plural`` is that of the machine that the document declares, if it does.
    """
    if _is_condition(kind, path):
        return _condition(kind, node, path)
    if isinstance(node, Scalar):
        if _is_set(kind, path) and kind == "rule":
            return _list((_text(kind, node, path),), node, path, ordered=False)
        if kind == "machine" and len(path) == 2 and path[0] == "relations":
            return _relation(node, path)
        return _text(kind, node, path)
    if isinstance(node, MappingNode):
        if kind == "machine" and not path:
            plural = _plural(node)
        parts = {key.text: meant(kind, value, (*path, key.text), plural) for key, value in node.entries}
        if kind == "rule" and path == ("run",):
            return _mapping(_run(parts), node, path)
        told = {name: part for name, part in parts.items() if not _goes_without_saying(kind, part, plural)}
        if kind == "machine" and not path and _is_usual_plural(node):
            told.pop("plural", None)
        return _mapping(told, node, path)
    items = tuple(meant(kind, item, (*path, str(index)), plural) for index, item in enumerate(node.items))
    return _list(items, node, path, ordered=not _is_set(kind, path))


def _relation(node: Scalar, path: Path) -> Meant:
    """``client?`` is the short form of ``{to: client, optional: true}``."""
    target = Meant(("str", node.text.removesuffix("?")), node, (*path, "to"))
    optional = Meant(("bool", True), node, (*path, "optional"))
    return _mapping({"to": target, "optional": optional} if node.text.endswith("?") else {"to": target}, node, path)


def _plural(root: MappingNode) -> str:
    plural, id = root.get("plural"), root.get("id")
    if isinstance(plural, Scalar):
        return plural.text
    return f"{id.text}s" if isinstance(id, Scalar) else ""


def _is_usual_plural(root: MappingNode) -> bool:
    plural, id = root.get("plural"), root.get("id")
    return isinstance(plural, Scalar) and isinstance(id, Scalar) and plural.text == f"{id.text}s"


def _mapping(parts: Mapping[str, Meant], node: Node, path: Path) -> Meant:
    return Meant(("map", frozenset((name, part.key) for name, part in parts.items())), node, path, parts)


def _list(items: tuple[Meant, ...], node: Node, path: Path, *, ordered: bool) -> Meant:
    """What is said twice in a set says nothing more, except where each counts."""
    if not ordered and not (path and path[-1] in _COUNTED):
        items = tuple({item.key: item for item in reversed(items)}.values())[::-1]
    keys = tuple(item.key for item in items)
    return Meant(("list", keys) if ordered else ("set", _bag(keys)), node, path, items, ordered)


def _run(parts: Mapping[str, Meant]) -> Mapping[str, Meant]:
    """How often a rule may act, without a mode that follows from the rest."""
    usual = "throttle" if "every" in parts else "always"
    return {name: part for name, part in parts.items() if name != "mode" or part.key != ("str", usual)}


def _bag(keys: tuple[Any, ...]) -> frozenset[tuple[Any, int]]:
    """The keys without their order, each with how often it occurs."""
    counts: dict[Any, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return frozenset(counts.items())


def _condition(kind: str, node: Node, path: Path) -> Meant:
    """Lines that must all hold are a set of lines, however they are written down."""
    if isinstance(node, Scalar):
        return _list((_line(node, path),), node, path, ordered=False)
    if isinstance(node, MappingNode) and [key.text for key, _ in node.entries] == ["all"]:
        return _block(kind, node.entries[0][1], (*path, "all"))
    if isinstance(node, MappingNode):
        parts = {key.text: _block(kind, value, (*path, key.text)) for key, value in node.entries}
        return _mapping(parts, node, path)
    return _block(kind, node, path)


def _block(kind: str, node: Node, path: Path) -> Meant:
    if isinstance(node, Scalar | MappingNode):
        return _condition(kind, node, path)
    items = []
    for index, item in enumerate(node.items):
        where = (*path, str(index))
        items.append(_line(item, where) if isinstance(item, Scalar) else _condition(kind, item, where))
    return _list(tuple(items), node, path, ordered=False)


def _line(node: Scalar, path: Path) -> Meant:
    return Meant(("expression", _tokens(node.text)), node, path)


def _tokens(expression: str) -> Any:
    """The expression without blanks and comments; where it is none, its characters."""
    try:
        tokens = tokenize(expression)
    except ConditionError:
        return expression
    return tuple(expression[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True))


def _text(kind: str, node: Scalar, path: Path) -> Meant:
    value = node.value
    own = any(word in _OWN_WORDS for word in path)
    if isinstance(value, str) and path and not own:
        if path[-1] in _EXPRESSIONS.get(kind, ()):
            return Meant(("expression", _tokens(value)), node, path)
        if path[-1] in _SPANS.get(kind, ()):
            try:
                return Meant(("span", int(Duration.parse(value))), node, path)
            except ValueError:
                pass  # a share, or working days: its characters say it
    return Meant((type(value).__name__, value), node, path)


def _is_condition(kind: str, path: Path) -> bool:
    if not path or path[-1] not in _CONDITIONS.get(kind, ()):
        return False
    if any(word in _OWN_WORDS for word in path):
        return False
    return kind != "machine" or (len(path) == 3 and path[0] == "transitions")


def _is_set(kind: str, path: Path) -> bool:
    if not path or any(word in _OWN_WORDS for word in path[:-1]):
        return False
    if path[-1] in _SETS.get(kind, ()):
        return True
    return len(path) == 2 and path[0] in _SETS_WITHIN.get(kind, ())


def _goes_without_saying(kind: str, part: Meant, plural: str) -> bool:
    """Whether a key says what holds without it."""
    path, node = part.path, part.node
    value = data(node) if isinstance(node, Scalar) else None
    if kind == "rule":
        if len(path) == 1:
            return part.parts == {} if path[0] == "run" else path[0] in _USUAL and _same(value, _USUAL[path[0]])
        if path[:2] == ("trigger", "schedule"):
            return (path[2:], value) in ((("missed",), "once"), (("timezone",), "UTC"))
        return len(path) == 3 and path[0] == "actions" and path[2] == "recheck" and value is True
    if kind == "machine" and len(path) == 3:
        if path[0] == "transitions" and path[2] == "permission":
            return value == f"{plural}.{path[1]}"
        return value is False and (path[0], path[2]) in (
            ("states", "final"),
            ("relations", "optional"),
            ("fields", "optional"),
        )
    return False


def _same(value: object, usual: object) -> bool:
    return value == usual and type(value) is type(usual)
