"""The back ends agree: compiled Python, the trace and the exact evaluator say the same of the same facts.

More than 10,000 pairs of an expression and facts in an ordinary run, errors and holes in the facts included.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.conditions import check
from engine.conditions.block import parse_block
from engine.conditions.check import check_condition
from engine.conditions.condition import Condition
from engine.conditions.explain import read_set
from engine.conditions.outcome import EvaluationError
from tests.engine.conditions.agency import BOOKING, condition, expression, frame, node_of, shown
from tests.engine.conditions.generated import (
    blocks,
    conditions,
    double_text,
    facts,
    int_text,
    span_text,
    text_text,
    time_text,
)

FACTS = 25
EXAMPLES = settings().max_examples
SEEDS = st.integers(0, 10_000)


@pytest.fixture(autouse=True, scope="module")
def constants_that_fail() -> Iterator[None]:
    """What always fails is refused in a document; that the back ends agree on it, too, is seen all the same."""
    BOOKING.checked.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "constant_problems", lambda node, types: ())
        yield
    BOOKING.checked.clear()


def verdict(found: object) -> str:
    """A judgement as a trace calls it."""
    if isinstance(found, EvaluationError):
        return "errored"
    assert found is True or found is False, found
    return "met" if found else "unmet"


def fast_without_exact(checked: Condition, where: tuple[Any, ...]) -> object:
    """What the generated expression alone says, or None where it is in doubt."""
    source, names = checked.emit("p_")
    names.update(zip(("event", "subject", "before", "now", "actor", "world"), where, strict=True))
    try:
        return eval(source, names)
    except Exception:  # noqa: BLE001 - any exception means doubt, whatever it is
        return None


@settings(max_examples=max(500, EXAMPLES))
@given(conditions(), SEEDS)
def test_compiled_traced_and_exact_agree(text: str, seed: int):
    checked = condition(text)
    for where in facts(seed, FACTS):
        exact = checked.interpret(*where)
        quick = fast_without_exact(checked, where)
        assert quick is None or quick is exact, text
        for judged in (checked.judge(*where), checked.judge_exactly(*where)):
            assert judged == exact if isinstance(exact, EvaluationError) else judged is exact
        traced = checked.explain(*where)
        assert traced.verdict == traced.lines[0].verdict == verdict(exact), text
        json.dumps(traced.lines[0].values, allow_nan=False)


@settings(max_examples=max(60, EXAMPLES // 2))
@given(blocks(), SEEDS)
def test_blocks_agree_line_by_line(block: Any, seed: int):
    document = f"condition: {json.dumps(block, ensure_ascii=False)}\n"
    checked, problems = check_condition(parse_block(node_of(document)), BOOKING)
    assert checked is not None, shown(document, problems)
    singles = [condition(line.expression) for line in checked.lines]
    for where in facts(seed, 10):
        exact = checked.interpret(*where)
        assert checked.judge(*where) == exact if isinstance(exact, EvaluationError) else checked.judge(*where) is exact
        traced = checked.explain(*where)
        assert traced.verdict == verdict(exact)
        assert [line.verdict for line in traced.lines] == [verdict(single.interpret(*where)) for single in singles]


@settings(max_examples=max(60, EXAMPLES // 2))
@given(st.lists(conditions(), min_size=1, max_size=8), SEEDS)
def test_a_kept_trace_says_later_what_a_trace_says_now(texts: list[str], seed: int):
    checked = [condition(text) for text in texts]
    reads = read_set(checked)
    for where in facts(seed, 10):
        now = [one.explain(*where) for one in checked]
        kept = reads.read(*where)
        where[1].clear()  # the records move on; what was kept does not
        where[5].tables["payment"].clear()
        assert [one.explain_from(kept, reads) for one in checked] == now


@settings(max_examples=max(100, EXAMPLES))
@given(st.data(), SEEDS)
def test_values_agree(data: st.DataObject, seed: int):
    make = data.draw(st.sampled_from((int_text, double_text, text_text, time_text, span_text)))
    text = make(data.draw, data.draw(st.integers(0, 3)))
    checked = expression(text)
    for where in facts(seed, 10):
        quick, exact = checked.value(*where), checked.value_exactly(*where)
        if isinstance(exact, float) and math.isnan(exact):
            assert isinstance(quick, float)
            assert math.isnan(quick)
        else:
            assert (type(quick), quick) == (type(exact), exact), text


def test_nothing_but_the_facts_decides():
    where = frame()
    assert condition("booking.urgent").judge(*where) is True
