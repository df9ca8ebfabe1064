"""An expression is checked once in a scope, and a scope made from another knows nothing of it."""

from __future__ import annotations

from dataclasses import replace

from engine.conditions.block import Line
from engine.conditions.check import check_condition
from engine.conditions.scope import Scope, Variable
from engine.conditions.types import BOOL, INT
from engine.machines.vocabulary import MachineVocabulary
from engine.reading.nodes import Scalar
from engine.reading.source import Source


def line(text: str, blanks: int = 0) -> Line:
    written = " " * blanks + text
    return Line(Scalar(Source("a.yaml", written), blanks, len(written), text, ""))


def test_the_same_line_has_its_own_places_and_mistakes():
    scope = Scope({"number": Variable(INT, "event")}, MachineVocabulary({}))
    first, _ = check_condition(line("number > 3"), scope)
    second, _ = check_condition(line("number > 3", 4), scope)
    assert first is not None
    assert second is not None
    assert first.nodes == second.nodes
    assert (first.lines[0].place.column, second.lines[0].place.column) == (1, 5)
    for blanks in (0, 4, 9):
        condition, [mistake] = check_condition(line("numbr > 3", blanks), scope)
        assert condition is None
        assert mistake.place.column == blanks + 1


def test_another_scope_checks_anew():
    scope = Scope({"number": Variable(INT, "event")}, MachineVocabulary({}))
    assert check_condition(line("number > 3"), scope)[1] == []
    other = replace(scope, variables={"number": Variable(BOOL, "event")})
    assert check_condition(line("number > 3"), other)[0] is None
    assert check_condition(line("number > 3"), scope)[1] == []
