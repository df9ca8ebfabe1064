"""From the located nodes of an SLA document to a PolicyText. The document's shape was validated before."""

from __future__ import annotations

from dataclasses import dataclass

from engine.automation.model import ActionText
from engine.automation.parse import parse_action
from engine.conditions.block import Block, Line, parse_block
from engine.diagnostics import Diagnostic, Place
from engine.reading.nodes import Mapping, Node, Scalar, Sequence


@dataclass(frozen=True, slots=True)
class TargetText:
    """A target as written."""

    when: Block | Line | None
    within: Scalar | None
    by: Scalar | None
    calendar: Node | None
    place: Place


@dataclass(frozen=True, slots=True)
class StepText:
    """A step of the escalation as written."""

    at: str
    after: Scalar | None
    repeat: int
    actions: tuple[ActionText, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A policy as parsed, before its names were checked; it cannot measure."""

    id: str
    version: int
    description: str
    entity: Scalar
    calendar: Node | None
    conditions: dict[str, Block | Line]
    places: dict[str, Place]
    again: bool
    targets: tuple[TargetText, ...]
    warn_at: Node | None
    steps: tuple[StepText, ...]
    acts_as: str | None
    acts_as_place: Place
    place: Place


CONDITIONS = ("start", "pause", "stop", "cancel")


def parse_policy(root: Mapping, report: list[Diagnostic]) -> PolicyText:
    """The policy a validated document states."""
    entity, acts_as, escalation = root.get("entity"), root.get("acts_as"), root.get("escalation")
    assert isinstance(entity, Scalar)
    blocks = {key: node for key in CONDITIONS if (node := root.get(key)) is not None}
    return PolicyText(
        id=_text(root, "id"),
        version=int(_text(root, "version")),
        description=_text(root, "description"),
        entity=entity,
        calendar=root.get("calendar"),
        conditions={key: parse_block(node) for key, node in blocks.items()},
        places={key: node.place for key, node in blocks.items()} | {"targets": root.key("targets").place},
        again=_text(root, "again") != "never",
        targets=tuple(_target(item) for item in _items(root.get("targets"))),
        warn_at=root.get("warn_at"),
        steps=tuple(_step(item, report) for item in _items(escalation)),
        acts_as=acts_as.text if isinstance(acts_as, Scalar) else None,
        acts_as_place=acts_as.place
        if acts_as is not None
        else root.key("escalation").place
        if escalation is not None
        else root.place,
        place=root.place,
    )


def _target(item: Mapping) -> TargetText:
    when, within, by = item.get("when"), item.get("within"), item.get("by")
    return TargetText(
        parse_block(when) if when is not None else None,
        within if isinstance(within, Scalar) else None,
        by if isinstance(by, Scalar) else None,
        item.get("calendar"),
        item.place,
    )


def _step(item: Mapping, report: list[Diagnostic]) -> StepText:
    after, repeat = item.get("after"), item.get("repeat")
    actions = [parse_action(one, index, report) for index, one in enumerate(_items(item.get("actions")))]
    return StepText(
        _text(item, "at") or "after",
        after if isinstance(after, Scalar) else None,
        int(repeat.text) if isinstance(repeat, Scalar) else 1,
        tuple(actions),
        item.place,
    )


def _items(node: Node | None) -> list[Mapping]:
    return [item for item in node.items if isinstance(item, Mapping)] if isinstance(node, Sequence) else []


def _text(root: Mapping, key: str) -> str:
    node = root.get(key)
    return node.text if isinstance(node, Scalar) else ""
