"""From the located nodes of a rule document to a RuleText. The document's shape was validated before."""

from __future__ import annotations

from typing import Any, cast

from engine.automation import messages
from engine.automation.model import ActionText, OnDwell, OnEvent, OnSchedule, RuleText, Trigger
from engine.calendars.parse import Calendars, amount_of
from engine.conditions.block import Block, Line, parse_block
from engine.conditions.values import Duration
from engine.diagnostics import Diagnostic, Place
from engine.machines.model import Machine
from engine.reading.nodes import Mapping, Node, Scalar, Sequence

MODIFIERS = ("after", "if", "for_each", "recheck")


def parse_rule(
    root: Mapping, machines: dict[str, Machine], report: list[Diagnostic], calendars: Calendars | None = None
) -> RuleText | None:
    """The rule a validated document states; None when its trigger cannot be understood."""
    trigger_node = root.get("trigger")
    assert trigger_node is not None
    trigger = _trigger(trigger_node, machines, calendars or Calendars(), report)
    run = root.get("run")
    run = run if isinstance(run, Mapping) else None
    actions = root.get("actions")
    every = _duration(run.get("every"), report) if run else None
    mode = _text(run, "mode") or ("throttle" if every else "always")
    if mode == "throttle" and every is None and run is not None:
        report.append(messages.throttle_without_every(place_of(run, "mode")))
    if mode != "throttle" and run is not None and run.get("every") is not None:
        report.append(messages.every_without_throttle(run.key("every").place, mode))
    if trigger is None:
        return None
    key = run.get("key") if run else None
    order = root.get("order")
    return RuleText(
        id=_text(root, "id"),
        version=int(_text(root, "version")),
        description=_text(root, "description"),
        trigger=trigger,
        condition=_block(root.get("condition")),
        acts_as=_text(root, "acts_as") or None,
        actions=tuple(
            parse_action(item, index, report)
            for index, item in enumerate(actions.items if isinstance(actions, Sequence) else ())
            if isinstance(item, Mapping)
        ),
        mode=cast(Any, mode),
        every=every,
        key=key if isinstance(key, Scalar) else None,
        on_change=cast(Any, _text(root, "on_change") or "recheck"),
        stage=cast(Any, _text(root, "stage") or "live"),
        order=int(order.text) if isinstance(order, Scalar) else 0,
        backstop=_flag(root, "backstop", False),
        place=root.place,
        acts_as_place=place_of(root, "acts_as") if root.get("acts_as") is not None else root.key("actions").place,
    )


def _text(root: Mapping | None, key: str) -> str:
    node = root.get(key) if root is not None else None
    return node.text if isinstance(node, Scalar) else ""


def _flag(root: Mapping, key: str, otherwise: bool) -> bool:
    node = root.get(key)
    return node.value is True if isinstance(node, Scalar) else otherwise


def _block(node: Node | None) -> Block | Line | None:
    return parse_block(node) if node is not None else None


def _duration(node: Node | None, report: list[Diagnostic]) -> Duration | None:
    if not isinstance(node, Scalar):
        return None
    try:
        return Duration.parse(node.text)
    except ValueError:
        report.append(messages.not_a_duration(node.place, node.text))
        return None


def _trigger(
    node: Node, machines: dict[str, Machine], calendars: Calendars, report: list[Diagnostic]
) -> Trigger | None:
    if isinstance(node, Scalar):
        return OnEvent((node.text,), (node.place,))
    if isinstance(node, Sequence):
        items = [item for item in node.items if isinstance(item, Scalar)]
        return OnEvent(tuple(item.text for item in items), tuple(item.place for item in items))
    assert isinstance(node, Mapping)
    schedule, dwell = node.get("schedule"), node.get("dwell")
    if isinstance(schedule, Mapping):
        each = schedule.get("for_each")
        return OnSchedule(
            cron=_text(schedule, "cron"),
            timezone=_text(schedule, "timezone") or "UTC",
            for_each=_text(schedule, "for_each") or None,
            where=_block(schedule.get("where")),
            missed=cast(Any, _text(schedule, "missed") or "once"),
            place=place_of(schedule, "cron"),
            timezone_place=place_of(schedule, "timezone"),
            for_each_place=each.place if each is not None else None,
        )
    return _dwell(dwell, machines, calendars, report) if isinstance(dwell, Mapping) else None


def _dwell(
    node: Mapping, machines: dict[str, Machine], calendars: Calendars, report: list[Diagnostic]
) -> Trigger | None:
    entity = node.get("entity")
    assert isinstance(entity, Scalar)
    machine = machines.get(entity.text)
    if machine is None:
        report.append(messages.unknown_machine(entity.place, entity.text, machines))
        return None
    named = node.get("in_state")
    items = named.items if isinstance(named, Sequence) else (named,)
    states: set[str] = set()
    for item in items:
        assert isinstance(item, Scalar)
        if item.text in machine.states:
            states.add(item.text)
        elif item.text in machine.groups:
            states |= machine.groups[item.text]
        else:
            report.append(messages.unknown_state(item.place, item.text, machine))
    lasting = node.get("for")
    if node.get("calendar") is None:
        span = _duration(lasting, report)
        return OnDwell(machine.id, frozenset(states), span, node.place) if span is not None and states else None
    assert isinstance(lasting, Scalar)
    calendar = calendars.named(node.get("calendar"), report)
    amount = amount_of(lasting, calendar, report)
    if calendar is None or amount is None or not states:
        return None
    span = amount.plain()
    return OnDwell(machine.id, frozenset(states), span, node.place, calendar, amount)


def parse_action(item: Mapping, index: int, report: list[Diagnostic]) -> ActionText:
    """One action as written, with what stands beside its name."""
    name, keys, place = "", Mapping(item.source, item.start, item.end), item.place
    for key, value in item.entries:
        if key.text not in MODIFIERS:
            name, place = key.text, key.place
            keys = value if isinstance(value, Mapping) else keys
    each = item.get("for_each")
    return ActionText(
        name=name,
        keys=keys,
        after=_duration(item.get("after"), report),
        recheck=_flag(item, "recheck", True),
        condition=_block(item.get("if")),
        for_each=each if isinstance(each, Scalar) else None,
        place=place,
        index=index,
    )


def place_of(root: Mapping, key: str) -> Place:
    """Where a key's value stands, or the mapping's own place."""
    node = root.get(key)
    return node.place if node is not None else root.place
