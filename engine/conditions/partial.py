"""What a condition may come to when only some facts are known: any of true, false and error.

A leaf that reads only what is known is evaluated; of any other leaf every outcome is thought possible. Outcomes then
combine as CEL combines verdicts, so that what is certain in spite of the gaps comes out as certain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import product
from typing import Literal

from engine.conditions.condition import Condition
from engine.conditions.evaluate import Frame, evaluate_checked
from engine.conditions.group import Group
from engine.conditions.tree import Call, Hop, Inverse, Macro, Node, Read, Select, children
from engine.conditions.values import CelError

Outcome = Literal["true", "false", "error"]
Outcomes = frozenset[Outcome]

ANY: Outcomes = frozenset(("true", "false", "error"))
ANSWER: Outcomes = frozenset(("true", "false"))
_NOT: dict[Outcome, Outcome] = {"true": "false", "false": "true", "error": "error"}


def outcomes(condition: Condition, frame: Frame, known: Collection[str]) -> Outcomes:
    """The outcomes that a condition can have where of the subject's fields those ``known`` are as in the frame.

    The actor is known, the time and all other entities are not.
    """
    return _Partial(condition, frame, known).group(condition.group)


class _Partial:
    def __init__(self, condition: Condition, frame: Frame, known: Collection[str]) -> None:
        self.condition = condition
        self.frame = frame
        self.known = known

    def group(self, part: Group | int) -> Outcomes:
        if isinstance(part, int):
            return self.of(self.condition.nodes[part])
        inner = [self.group(one) for one in part.parts]
        if part.kind == "all":
            return _joined(inner, "false")
        either = _joined(inner, "true")
        return frozenset(_NOT[one] for one in either) if part.kind == "none" else either

    def of(self, node: Node) -> Outcomes:
        if isinstance(node, Call):
            if node.function in ("_&&_", "_||_"):
                return _joined(map(self.of, node.args), "false" if node.function == "_&&_" else "true")
            if node.function == "!_":
                return frozenset(_NOT[one] for one in self.of(node.args[0]))
            if node.function == "_?_:_":
                asked, yes, no = node.args
                found = self.of(asked)
                return frozenset().union(
                    self.of(yes) if "true" in found else (),
                    self.of(no) if "false" in found else (),
                    ("error",) if "error" in found else (),
                )
        if self.is_known(node):
            return self.evaluated(node)
        own = isinstance(node, Select) and node.test and isinstance(node.operand, Read)
        return ANSWER if own else ANY

    def is_known(self, node: Node) -> bool:
        """Whether a node rests on nothing but what is known."""
        if isinstance(node, (Hop, Inverse, Macro)):
            return False
        if isinstance(node, Select) and isinstance(node.operand, Read):
            source = node.operand.source
            return source == "actor" or (source == "subject" and node.field in self.known)
        return not isinstance(node, Read) and all(map(self.is_known, children(node)))

    def evaluated(self, node: Node) -> Outcomes:
        try:
            value = evaluate_checked(node, self.frame, self.condition.functions)
        except CelError:
            return frozenset(("error",))
        return frozenset(("true" if value is True else "false" if value is False else "error",))


def _joined(parts: Iterable[Outcomes], decisive: Outcome) -> Outcomes:
    """All outcomes of ``&&`` or ``||``: the decisive one wins over an error, an error over the rest."""
    found: set[Outcome] = {_NOT[decisive]}
    for part in parts:
        found = {
            decisive if decisive in pair else "error" if "error" in pair else _NOT[decisive]
            for pair in product(found, part)
        }
    return frozenset(found)
