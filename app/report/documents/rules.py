"""A rule as a sentence: when, if, then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.report.documents.phrase import action, condition
from app.report.documents.sheet import Item, Row, code, listed, row
from app.report.times import amount


def rows(rule: Mapping[str, Any]) -> Iterator[Row]:
    """Trigger, condition lines, actions, and how often it may run."""
    yield row("When", *_trigger(rule["trigger"]))
    if "condition" in rule:
        yield Row("If", condition(rule["condition"]))
    yield Row("Then", tuple(map(action, rule["actions"])))
    if runs := _runs(rule):
        yield row("Runs", f"{runs}.")
    if "acts_as" in rule:
        yield row("As", code(rule["acts_as"]))


def chips(rule: Mapping[str, Any]) -> tuple[str, ...]:
    """What is worth a word beside the name: a stage that does not act, a backstop."""
    stage = rule.get("stage", "live")
    return (*((stage,) if stage != "live" else ()), *(("backstop",) if rule.get("backstop") else ()))


def _trigger(trigger: Any) -> Iterator[Item]:
    if isinstance(trigger, str):
        yield Item(f"{code(trigger)} is recorded")
    elif isinstance(trigger, list):
        yield Item(f"{listed([code(kind) for kind in trigger], 'or')} is recorded")
    elif "dwell" in trigger:
        dwell = trigger["dwell"]
        states = dwell["in_state"] if isinstance(dwell["in_state"], list) else [dwell["in_state"]]
        hours = f" of working time by {code(dwell['calendar'])}" if "calendar" in dwell else ""
        where = listed([code(state) for state in states], "or")
        yield Item(f"{dwell['entity']} has stayed in {where} for {amount(str(dwell['for']))}{hours}")
    else:
        schedule = trigger["schedule"]
        each = f", for each {schedule['for_each']}" if "for_each" in schedule else ""
        asked = condition(schedule["where"]) if "where" in schedule else ()
        note = f"ticks that were missed: {schedule['missed']}" if "missed" in schedule else ""
        said = f"the clock reaches {code(schedule['cron'])}, {schedule.get('timezone', 'UTC')}{each}"
        yield Item(said + (" where" if asked else ""), note=note, parts=asked)


def _runs(rule: Mapping[str, Any]) -> str:
    run = rule.get("run", {})
    mode = run.get("mode", "always")
    key = f" for each {code(run['key'])}" if "key" in run else ""
    said = {
        "always": "",
        "once": "once" + (key or " for each subject"),
        "throttle": f"at most once in {amount(str(run.get('every', '')))}" + (key or " for each subject"),
        "restart": f"anew at each event{key}, and drops what an earlier run still waits for",
    }[mode]
    order = f"with order {rule['order']} among those that act" if "order" in rule else ""
    backstop = "only when no other rule met the event" if rule.get("backstop") else ""
    change = {
        "finish": "what waits is finished when the rule changes",
        "cancel": "what waits is dropped when it changes",
    }
    return "; ".join(filter(None, (said, order, backstop, change.get(str(rule.get("on_change")), ""))))
