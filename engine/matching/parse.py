"""From the located nodes of a matching to its text. The document's shape was validated before."""

from __future__ import annotations

from engine.conditions.block import parse_block
from engine.matching.model import DemandText, MatchingText, PreferenceText
from engine.reading.nodes import Mapping, Node, Scalar, Sequence


def parse_matching(root: Mapping) -> MatchingText:
    """The matching that a validated document holds."""
    limit = root.get("limit")
    return MatchingText(
        id=_scalar(root, "id").text,
        version=int(_scalar(root, "version").text),
        description=_scalar(root, "description").text,
        entity=_scalar(root, "for"),
        candidates=_scalar(root, "candidates"),
        must=tuple(
            DemandText(parse_block(_node(item, "if")), _scalar(item, "else").text) for item in _items(root, "must")
        ),
        prefer=tuple(map(_preference, _items(root, "prefer"))),
        limit=int(limit.text) if isinstance(limit, Scalar) else None,
        place=root.place,
    )


def _preference(item: Mapping) -> PreferenceText:
    condition = item.get("if")
    block = parse_block(condition) if condition is not None else None
    return PreferenceText(_scalar(item, "score"), block, _scalar(item, "because"))


def _items(root: Mapping, key: str) -> list[Mapping]:
    node = root.get(key)
    return [item for item in node.items if isinstance(item, Mapping)] if isinstance(node, Sequence) else []


def _node(root: Mapping, key: str) -> Node:
    node = root.get(key)
    assert node is not None
    return node


def _scalar(root: Mapping, key: str) -> Scalar:
    node = root.get(key)
    assert isinstance(node, Scalar)
    return node
