"""Checks a matching: names and types, demands that nobody can fulfil, reasons that cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.conditions.block import Block, Line
from engine.conditions.check import check_condition, check_expression, diagnostic
from engine.conditions.check_domain import Term, conjuncts, contradictions
from engine.conditions.condition import Condition
from engine.conditions.group import required
from engine.conditions.scope import Scope
from engine.conditions.syntax_messages import Problem
from engine.conditions.types import NUMBERS, UNKNOWN
from engine.diagnostics import Diagnostic, Place
from engine.machines.model import Machine
from engine.machines.vocabulary import MachineVocabulary
from engine.matching import messages
from engine.matching.model import Demand, Matching, MatchingText, Preference
from engine.matching.scope import pair_scope
from engine.reading.nodes import Scalar

_NO_FRAME = (None, None, None, None, None, None)


def check_matching(
    text: MatchingText, machines: Mapping[str, Machine], vocabulary: MachineVocabulary, report: list[Diagnostic]
) -> Matching | None:
    """The matching that can run, or None when something was reported as an error."""
    found: list[Diagnostic] = []
    for named in (text.entity, text.candidates):
        if named.text not in machines:
            found.append(messages.unknown_machine(named.place, named.text, machines))
    if not found and text.entity.text == text.candidates.text:
        found.append(messages.same_machine(text.candidates.place, text.candidates.text))
    if found:
        report.extend(found)
        return None
    scope = pair_scope(vocabulary, text.entity.text, text.candidates.text)
    demands: list[tuple[list[Scalar], Demand]] = []
    for demand in text.must:
        condition = _condition(demand.condition, scope, found)
        if condition is not None:
            demands.append((list(_lines(demand.condition)), Demand(condition, demand.otherwise)))
    preferences = list(_preferences(text, scope, found))
    impossible = list(_impossible(demands))
    # That nobody fits is the graver word for a constant, and one mistake is said once.
    places = {one.place for one in impossible}
    found = [one for one in found if one.code != "V348" or one.place not in places] + impossible
    report.extend(found)
    if any(one.severity == "error" for one in found):
        return None
    return Matching(
        id=text.id,
        version=text.version,
        description=text.description,
        entity=text.entity.text,
        candidates=text.candidates.text,
        demands=tuple(demand for _, demand in demands),
        preferences=tuple(preferences),
        limit=text.limit,
        place=text.place,
    )


def _condition(block: Block | Line, scope: Scope, report: list[Diagnostic]) -> Condition | None:
    condition, problems = check_condition(block, scope)
    report.extend(problems)
    return condition


def _preferences(text: MatchingText, scope: Scope, report: list[Diagnostic]) -> Iterator[Preference]:
    said: dict[str, Place] = {}
    for one in text.prefer:
        first = said.setdefault(one.because.text, one.because.place)
        if first is not one.because.place and first != one.because.place:
            report.append(messages.repeated_reason(one.because.place, one.because.text, first))
        condition = _condition(one.condition, scope, report) if one.condition is not None else None
        score, problems = check_expression(one.score, scope)
        report.extend(problems)
        if score is None:
            continue
        if score.type not in NUMBERS and score.type != UNKNOWN:
            report.append(messages.no_number(one.score.place_at(0), one.score.text, score.type))
        yield Preference(score, condition, one.because.text)


def _impossible(demands: Sequence[tuple[list[Scalar], Demand]]) -> Iterator[Diagnostic]:
    """Demands that no facts fulfil, alone or with those before them."""
    terms: list[Term] = []
    scalars: list[Scalar] = []
    for lines, demand in demands:
        condition = demand.condition
        if not any(line.leaves for line in condition.explained) and condition.judge(*_NO_FRAME) is not True:
            yield messages.never_holds(lines[0].place_at(0), max(1, len(lines[0].text)))
        own = [
            Term(len(scalars) + line, lines[line].text, node)
            for line in required(condition.group)
            for node in conjuncts(condition.nodes[line])
        ]
        alone = {(line, problem.offset) for line, problem in contradictions(own)}
        scalars.extend(lines)
        for line, problem in contradictions([*terms, *own]):
            if line >= len(scalars) - len(lines) and (line, problem.offset) not in alone:
                yield _never_together(scalars[line], problem)
        terms.extend(own)


def _never_together(scalar: Scalar, problem: Problem) -> Diagnostic:
    _, together, first = problem.message.partition(" together with ")
    if not together:  # money that is compared in two currencies
        return diagnostic(problem, scalar)
    return messages.never_together(scalar.place_at(problem.offset), problem.length, first)


def _lines(block: Block | Line) -> Iterator[Scalar]:
    """The lines of a condition in document order, numbered as the checker numbers them."""
    if isinstance(block, Line):
        yield block.scalar
    else:
        for part in block.parts:
            yield from _lines(part)
