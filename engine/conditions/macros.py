"""Macros: calls that bind a name while they walk a list or map, and ``has``. The parser turns them into own nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.conditions import syntax_messages as messages
from engine.conditions.syntax_messages import ConditionError
from engine.conditions.tree import Call, Ident, Macro, Node, Select

if TYPE_CHECKING:
    from engine.conditions.tree import MacroKind

# Name and number of arguments -> kind, number of variables, and whether a condition and a body follow them.
_MACROS: dict[tuple[str, int], tuple[MacroKind, int, bool, bool]] = {
    ("all", 2): ("all", 1, True, False),
    ("all", 3): ("all", 2, True, False),
    ("exists", 2): ("exists", 1, True, False),
    ("exists", 3): ("exists", 2, True, False),
    ("exists_one", 2): ("exists_one", 1, True, False),
    ("exists_one", 3): ("exists_one", 2, True, False),
    ("existsOne", 2): ("exists_one", 1, True, False),
    ("existsOne", 3): ("exists_one", 2, True, False),
    ("filter", 2): ("filter", 1, True, False),
    ("map", 2): ("map", 1, False, True),
    ("map", 3): ("map", 1, True, True),
    ("transformList", 3): ("transform_list", 2, False, True),
    ("transformList", 4): ("transform_list", 2, True, True),
    ("transformMap", 3): ("transform_map", 2, False, True),
    ("transformMap", 4): ("transform_map", 2, True, True),
    ("transformMapEntry", 3): ("transform_map_entry", 2, False, True),
    ("transformMapEntry", 4): ("transform_map_entry", 2, True, True),
    ("optMap", 2): ("opt_map", 1, False, True),
    ("optFlatMap", 2): ("opt_flat_map", 1, False, True),
}


def expand(call: Call, name_offset: int) -> Node:
    """The call, or the node it stands for if it is a macro. Raises ConditionError for a macro written wrongly."""
    if call.target is None:
        return _has(call, name_offset) if call.function == "has" else call
    macro = _MACROS.get((call.function, len(call.args)))
    if macro is None:
        return call
    kind, variables, has_condition, _ = macro
    names = [_variable(arg, call) for arg in call.args[:variables]]
    if len(set(names)) < len(names):
        raise ConditionError(
            (
                messages.bad_macro(
                    call.args[1].start, len(names[1]), f'both variables are named "{names[1]}"', "rename one"
                ),
            )
        )
    parts = call.args[variables:]
    condition = parts[0] if has_condition else None
    body = parts[-1] if macro[3] else None
    return Macro(
        call.start, call.end, kind, call.target, names[0], names[1] if variables == 2 else None, condition, body
    )


def _variable(node: Node, call: Call) -> str:
    if isinstance(node, Ident) and not node.name.startswith("."):
        return node.name
    problem = messages.bad_macro(
        node.start,
        node.end - node.start,
        f"{call.function}() needs a plain name for the variable here",
        f"write it as list.{call.function}(x, …)",
    )
    raise ConditionError((problem,))


def _has(call: Call, name_offset: int) -> Node:
    if len(call.args) == 1:
        field = call.args[0]
        if isinstance(field, Select) and not field.optional and not field.test:
            return Select(call.start, call.end, field.operand, field.field, test=True)
    problem = messages.bad_macro(
        name_offset, call.end - name_offset, "has() asks for one field of something", "write it as has(a.b)"
    )
    raise ConditionError((problem,))
