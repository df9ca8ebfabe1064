"""``where``: a condition over ``row``, the columns of a row as texts."""

from __future__ import annotations

from collections.abc import Callable

from engine.conditions.block import parse_block
from engine.conditions.check import check_condition
from engine.conditions.scope import Scope, Variable
from engine.conditions.types import STRING, MapType
from engine.conditions.values import CelError
from engine.importing.model import Cells
from engine.importing.shape import Report
from engine.machines.vocabulary import MachineVocabulary
from engine.reading.nodes import Node

_SCOPE = Scope({"row": Variable(MapType(STRING, STRING), "subject")}, MachineVocabulary({}))


def compile_where(node: Node, report: Report) -> Callable[[Cells], bool] | None:
    """The condition as a function of a row; None when it was reported. The function raises ``CelError``."""
    condition, problems = check_condition(parse_block(node), _SCOPE)
    for problem in problems:
        report(problem)
    if condition is None:
        return None

    def where(cells: Cells) -> bool:
        verdict = condition.judge(None, cells, None, None, None, None)
        if isinstance(verdict, bool):
            return verdict
        raise CelError(verdict.message)

    return where
