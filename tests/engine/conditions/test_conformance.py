"""CEL's semantics as data: our own cases always, the published conformance cases where the shared folder is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.conditions.evaluate import evaluate
from engine.conditions.syntax import ConditionError, parse
from engine.conditions.typed import from_typed, to_typed
from engine.conditions.values import CelError

OWN = Path(__file__).parents[2] / "cases" / "conditions" / "eval"
EXCLUDED: dict[str, str] = {}  # "file/section/name" of a published case -> why we answer otherwise


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def answer(case: dict) -> object:
    """The typed result, or the text of the error."""
    bindings = {name: from_typed(value) for name, value in case.get("bindings", {}).items()}
    declared = {entry["name"] for entry in case.get("type_env", ())}
    try:
        return to_typed(evaluate(parse(case["expr"]), bindings, case.get("container", ""), declared=declared))
    except (CelError, ConditionError) as error:
        return str(error)


def wrong(case: dict) -> str | None:
    got = answer(case)
    if "expect" in case:
        # As text, because Python holds 0.0, -0.0 and False for one another.
        return None if json.dumps(got) == json.dumps(case["expect"]) else f"{case['expr']}: {got}, not {case['expect']}"
    return f"{case['expr']}: {got}, not an error" if not isinstance(got, str) else None


@pytest.mark.parametrize("path", sorted(OWN.glob("*.jsonl")), ids=lambda path: path.stem)
def test_our_own_cases(path):
    failures = []
    for case in read(path):
        failure = wrong(case)
        if failure is None and "expect_error" in case and case["expect_error"] not in str(answer(case)):
            failure = f"{case['expr']}: error {answer(case)!r} does not say {case['expect_error']!r}"
        failures += [failure] if failure else []
    assert not failures, "\n".join(failures)


def test_published_cases(shared):
    cases = read(shared / "data" / "cel" / "cel_core_dev.jsonl")
    failures = {f"{case['file']}/{case['section']}/{case['name']}": wrong(case) for case in cases}
    failures = {name: failure for name, failure in failures.items() if failure}
    assert failures.keys() == EXCLUDED.keys(), "\n".join(map(str, failures.values()))
