"""A sound catalog as plain values that ``marshal`` writes: what everybody needs to know of each document unread."""

from __future__ import annotations

import marshal
from typing import Any

from engine.automation.index import Index, Matcher
from engine.automation.model import OnDwell, OnEvent, OnSchedule, Rule, Trigger
from engine.cache.constants import NotKept, constant, kept_constant
from engine.catalog import Catalog
from engine.diagnostics import Diagnostic, Place

Plain = Any
"""None, numbers, texts, code, and tuples, lists and dicts of them."""


def written(catalog: Catalog) -> bytes | None:
    """The catalog as bytes; None where one of its documents is unavailable or holds what cannot be written down."""
    if not catalog.ok or catalog.unavailable:
        return None
    triggers = [rule.text.trigger for rule in catalog.rules.values()]
    needs = catalog.needs
    plain = {
        "documents": [
            (d.kind, d.id, d.version, d.description, [_diagnostic(one) for one in d.diagnostics])
            for d in catalog.documents
        ],
        "diagnostics": [_diagnostic(one) for one in catalog.diagnostics],
        "rules": [_rule(rule) for rule in catalog.rules.values()],
        "scenarios": list(catalog.scenarios),
        "matchings": list(catalog.matchings),
        "templates": list(catalog.templates),
        "calendars": list(catalog.calendars),
        "policies": list(catalog.policies),
        "needs": (needs.inverses, needs.pasts, needs.unread, needs.passing),
        "zones": sorted(
            {trigger.timezone for trigger in triggers if isinstance(trigger, OnSchedule)}
            | {calendar.timezone for calendar in catalog.calendars.values()}
        ),
        "indexes": {
            kind: found for kind, matcher in catalog.matchers.items() if (found := _index(matcher)) is not None
        },
    }
    try:
        return marshal.dumps(plain)
    except ValueError:
        return None


def _rule(rule: Rule) -> Plain:
    text = rule.text
    return (
        {
            "id": text.id,
            "version": text.version,
            "description": text.description,
            "acts_as": text.acts_as,
            "mode": text.mode,
            "on_change": text.on_change,
            "stage": text.stage,
            "order": text.order,
            "backstop": text.backstop,
        },
        None if text.every is None else int(text.every),
        _trigger(text.trigger),
        [(kind, bound.subject) for kind, bound in rule.bound.items()],
    )


def _trigger(trigger: Trigger) -> Plain:
    if isinstance(trigger, OnEvent):
        return "event", {"types": trigger.types}
    if isinstance(trigger, OnDwell):
        kind = "dwell" if trigger.amount is None else "dwell in a calendar"
        return kind, {"entity": trigger.entity, "states": trigger.states}, int(trigger.span)
    known = ("cron", "timezone", "for_each", "missed")
    return "schedule", {name: getattr(trigger, name) for name in known}


def _diagnostic(one: Diagnostic) -> Plain:
    place = one.place
    return (
        one.code,
        one.severity,
        one.message,
        (place.file, place.line, place.column),
        one.length,
        one.hint,
        one.witness,
    )


def diagnostic(plain: Plain) -> Diagnostic:
    """The diagnostic that was written down."""
    code, severity, message, place, length, hint, witness = plain
    return Diagnostic(code, severity, message, Place(*place), length, hint, witness)


def _index(matcher: Matcher) -> Plain:
    """The index of an event type; None where it is to be made anew from the rules."""
    index = matcher.prepare()
    if index is None:
        return None
    try:
        constants = {name: kept_constant(value) for name, value in index.constants.items()}
    except NotKept:
        return None
    return index.code, index.tables, constants


def index(plain: Plain) -> Index:
    """The index that was written down."""
    code, tables, constants = plain
    return Index(code, tables, {name: constant(kept) for name, kept in constants.items()})
