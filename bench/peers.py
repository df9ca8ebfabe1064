"""The peers, each made ready in the way that is best for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import celpy
import datalogic_py
import jinja2
import zen
from cel_expr_python import cel as cpp_cel

from bench import dialects
from bench.domain import Predicate, Rule

PACKAGES = ("cel-expr-python", "cel-python", "datalogic-py", "jinja2", "zen-engine", "pyyaml")
Event = dict[str, Any]
Count = Callable[[], int]


def plain(event: Event) -> Event:
    """The event as peers see it: plain JSON under the name ``event``."""
    return {"event": {"type": event["type"], "data": event["data"]}}


def conditions(predicates: Sequence[Predicate], events: Sequence[Event]) -> dict[str, Count]:
    """For each peer, a function that judges all events once and counts those that meet; events converted beforehand."""
    text = " && ".join(dialects.cel(p) for p in predicates)
    contexts = [plain(event) for event in events]

    cpp_env = cpp_cel.NewEnv(variables={"event": cpp_cel.Type.DYN})
    cpp = cpp_env.compile(text)
    activations = [cpp_env.Activation(context) for context in contexts]

    runner = celpy.CompiledRunner
    celpy_env = celpy.Environment(runner_class=runner)
    celpy_program = celpy_env.program(celpy_env.compile(text))
    celpy_contexts = [{"event": celpy.json_to_cel(context["event"])} for context in contexts]

    template = jinja2.Environment().compile_expression(" and ".join(dialects.jinja(p) for p in predicates))

    engine = datalogic_py.Engine()
    session = engine.session()
    logic = engine.compile(dialects.json_logic(predicates))
    handles = [datalogic_py.DataHandle(context) for context in contexts]

    zen_text = " and ".join(_zen_expression(p) for p in predicates)
    zen_program = zen.compile_expression(zen_text)

    return {
        "cel-expr-python": lambda: sum(1 for each in activations if cpp.eval(each).value() is True),
        "cel-python": lambda: sum(1 for each in celpy_contexts if celpy_program.evaluate(each)),
        "Jinja2": lambda: sum(1 for each in contexts if template(**each)),
        "datalogic-py": lambda: sum(1 for each in handles if session.evaluate_bool(logic, each)),
        "zen-engine": lambda: sum(1 for each in contexts if zen_program.evaluate(each)),
    }


def _zen_expression(predicate: Predicate) -> str:
    return f"event.data.{predicate.path} {predicate.operator} {json.dumps(predicate.value)}"


def datalogic_matcher(rules: Sequence[Rule], events: Sequence[Event], *, convert: bool) -> Count:
    """Rules in a bucket for each event type, one session, each event's handle used for its whole bucket.

    ``convert`` includes making the handle, which every event that arrives needs once.
    """
    engine = datalogic_py.Engine()
    session = engine.session()
    buckets: Mapping[str, list[Any]] = _buckets(
        rules, lambda rule: engine.compile(dialects.json_logic(rule.predicates))
    )
    contexts = [(event["type"], plain(event)) for event in events]
    handles = [(kind, datalogic_py.DataHandle(context)) for kind, context in contexts]

    def ready() -> int:
        return sum(
            1 for kind, handle in handles for rule in buckets.get(kind, ()) if session.evaluate_bool(rule, handle)
        )

    def arriving() -> int:
        met = 0
        for kind, context in contexts:
            handle = datalogic_py.DataHandle(context)
            met += sum(1 for rule in buckets.get(kind, ()) if session.evaluate_bool(rule, handle))
        return met

    return arriving if convert else ready


def lambda_matcher(rules: Sequence[Rule], events: Sequence[Any]) -> Count:
    """A bucket of hand-written lambdas for each event type: what a team does without an engine."""
    buckets = _buckets(rules, lambda rule: dialects.python(rule.predicates))
    return lambda: sum(1 for event in events for rule in buckets.get(event.type, ()) if rule(event))


def _buckets(rules: Sequence[Rule], make: Callable[[Rule], Any]) -> dict[str, list[Any]]:
    buckets: dict[str, list[Any]] = {}
    for rule in rules:
        buckets.setdefault(rule.trigger, []).append(make(rule))
    return buckets


def zen_matcher(rules: Sequence[Rule], events: Sequence[Event]) -> Count:
    """One decision table that collects every matching row."""
    paths = sorted({predicate.path for rule in rules for predicate in rule.predicates})
    inputs = [{"id": "type", "name": "type", "field": "event.type"}]
    inputs += [{"id": path, "name": path, "field": f"event.data.{path}"} for path in paths]
    rows = [
        {"_id": rule.id, "type": json.dumps(rule.trigger), "rule": json.dumps(rule.id)}
        | dict.fromkeys(paths, "")
        | {predicate.path: dialects.zen_cell(predicate) for predicate in rule.predicates}
        for rule in rules
    ]
    table = {
        "hitPolicy": "collect",
        "inputs": inputs,
        "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
        "rules": rows,
    }
    graph = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
            {"id": "out", "name": "out", "type": "outputNode"},
        ],
        "edges": [
            {"id": "1", "type": "edge", "sourceId": "in", "targetId": "table"},
            {"id": "2", "type": "edge", "sourceId": "table", "targetId": "out"},
        ],
    }
    decision = zen.ZenEngine().create_decision(json.dumps(graph))
    contexts = [plain(event) for event in events]
    return lambda: sum(len(decision.evaluate(context)["result"]) for context in contexts)
