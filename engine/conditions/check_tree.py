"""The checker of one expression: from the parser's tree to the lowered, typed tree that every back end walks."""

from __future__ import annotations

from engine.conditions import check_names, messages
from engine.conditions.check_calls import call
from engine.conditions.check_context import NOTHING_KNOWN, Context, Known, Typed
from engine.conditions.check_literals import literal
from engine.conditions.check_operators import boolean, is_operator, operator
from engine.conditions.check_presence import when_true
from engine.conditions.tree import (
    Call,
    Ident,
    Index,
    ListNode,
    Literal,
    Macro,
    MapNode,
    Node,
    Select,
    children,
)
from engine.conditions.types import (
    BOOL,
    DYN,
    INT,
    STRING,
    UNKNOWN,
    EntityType,
    ListType,
    MapType,
    OptionalType,
    Type,
    assignable,
    join,
)

MAX_DEPTH = 40
"""Levels that a checked tree may have, so that the Python generated from it always compiles."""

MAX_ROUNDS = 12
"""Rounds that may stand in each other: Python 3.12 and 3.13 crash while compiling about twenty of them."""


class Checker(Context):
    """Checks expressions against one scope, in strict mode: what may not be is reported, and nothing is guessed."""

    def infer(self, node: Node, known: Known, hint: Type | None = None) -> Typed:
        """Checks and lowers a node."""
        match node:
            case Literal():
                return literal(self, node, hint)
            case Ident():
                return check_names.identifier(self, node, known, hint)
            case Select():
                return check_names.selection(self, node, known)
            case Index():
                return check_names.index(self, node, known)
            case Call() if is_operator(node.function) and node.target is None:
                return operator(self, node, known, hint)
            case Call():
                return call(self, node, known, hint)
            case ListNode():
                return self._list(node, known, hint)
            case MapNode():
                return self._map(node, known, hint)
            case Macro():
                return self._macro(node, known)
        return self.failed(node, messages.unsupported(node, "building a message"))

    def check(self, node: Node, expected: Type | None, known: Known = NOTHING_KNOWN) -> Typed:
        """Checks a whole expression, whose value must be ``expected`` where that is given."""
        if self._deeper_than(node, MAX_ROUNDS):
            if self._deeper_than(node, MAX_DEPTH):
                return self.failed(node, messages.too_deep(node, MAX_DEPTH))
            if _rounds(node) > MAX_ROUNDS:
                return self.failed(node, messages.too_many_rounds(node, MAX_ROUNDS))
        typed = check_names.as_value(self, self.infer(node, known, expected))
        if isinstance(typed.type, OptionalType):
            return self.failed(typed.node, messages.optional_not_taken(node, typed.type))
        if expected is None or assignable(typed.type, expected):
            return typed
        if isinstance(expected, EntityType) and typed.type == STRING:
            return typed  # an id is a text, such as actor.id
        return self.failed(typed.node, messages.wrong_result(node, expected, typed.type))

    @staticmethod
    def _deeper_than(node: Node, limit: int) -> bool:
        level = [node]
        for _ in range(limit):
            level = [child for parent in level for child in children(parent)]
            if not level:
                return False
        return True

    def _list(self, node: ListNode, known: Known, hint: Type | None) -> Typed:
        if any(node.optional):
            return self.failed(node, messages.unsupported(node, "an optional item"))
        wanted = hint.item if isinstance(hint, ListType) else None
        items: list[Typed] = []
        kind: Type | None = None
        for written in node.items:
            typed = check_names.as_value(self, self.infer(written, known, wanted or kind))
            items.append(typed)
            joined = typed.type if kind is None else join(kind, typed.type)
            if isinstance(typed.type, OptionalType):
                self.report(messages.optional_not_taken(written, typed.type))
                kind = UNKNOWN
            elif joined is None:
                assert kind is not None
                self.report(messages.mixed_list(written, kind, typed.type))
            else:
                kind = joined
        lowered = ListNode(node.start, node.end, tuple(item.node for item in items), node.optional)
        return self.typed(lowered, ListType(kind or wanted or UNKNOWN))

    def _map(self, node: MapNode, known: Known, hint: Type | None) -> Typed:
        if any(node.optional):
            return self.failed(node, messages.unsupported(node, "an optional entry"))
        key_hint, value_hint = (hint.key, hint.value) if isinstance(hint, MapType) else (None, None)
        kinds: list[Type | None] = [None, None]
        entries: list[tuple[Node, Node]] = []
        for pair in node.entries:
            lowered: list[Node] = []
            for position, (written, wanted) in enumerate(zip(pair, (key_hint, value_hint), strict=True)):
                kind = kinds[position]
                typed = check_names.as_value(self, self.infer(written, known, wanted or kind))
                joined = typed.type if kind is None else join(kind, typed.type)
                if joined is None:
                    assert kind is not None
                    self.report(messages.mixed_list(written, kind, typed.type))
                else:
                    kinds[position] = joined
                lowered.append(typed.node)
            entries.append((lowered[0], lowered[1]))
        map_node = MapNode(node.start, node.end, tuple(entries), node.optional)
        return self.typed(map_node, MapType(kinds[0] or UNKNOWN, kinds[1] or UNKNOWN))

    def _macro(self, node: Macro, known: Known) -> Typed:
        source = self.infer(node.range, known)
        if source.type == UNKNOWN:
            return self.failed(node)
        if node.kind in ("opt_map", "opt_flat_map"):
            return self._optional_macro(node, source, known)
        variables = _variables(source.type, node.second is not None)
        if variables is None:
            if isinstance(source.type, OptionalType):
                return self.failed(node, messages.optional_not_taken(node.range, source.type))
            return self.failed(node, messages.no_range(node.range, node.kind, source.type))
        names = (node.first,) if node.second is None else (node.first, node.second)
        outer = dict(self.locals)
        self.locals.update(zip(names, variables, strict=True))
        inside = frozenset(path for path in known if path[0][1:] not in names or not path[0].startswith("$"))
        condition: Typed | None = None
        body: Typed | None = None
        if node.condition is not None:
            condition = boolean(self, node.condition, inside, f"{node.kind}()")
        if node.body is not None:
            there = when_true(condition.node, self.decided) if condition is not None else NOTHING_KNOWN
            body = check_names.as_value(self, self.infer(node.body, inside | there))
        self.locals = outer
        lowered = Macro(
            node.start,
            node.end,
            node.kind,
            source.node,
            node.first,
            node.second,
            None if condition is None else condition.node,
            None if body is None else body.node,
        )
        if body is not None and isinstance(body.type, OptionalType):
            return self.failed(lowered, messages.optional_not_taken(node.body or node, body.type))
        if body is not None and body.type == UNKNOWN:
            return self.failed(lowered)
        return self.typed(lowered, _result(node, variables, None if body is None else body.type))

    def _optional_macro(self, node: Macro, source: Typed, known: Known) -> Typed:
        if not isinstance(source.type, OptionalType) or node.body is None:
            return self.failed(node, messages.no_range(node.range, node.kind, source.type))
        outer = dict(self.locals)
        self.locals[node.first] = source.type.value
        body = check_names.as_value(self, self.infer(node.body, known))
        self.locals = outer
        lowered = Macro(node.start, node.end, node.kind, source.node, node.first, None, None, body.node)
        if body.type == UNKNOWN:
            return self.failed(lowered)
        if node.kind == "opt_map":
            return self.typed(lowered, OptionalType(body.type))
        if not isinstance(body.type, OptionalType):
            return self.failed(lowered, messages.wrong_result(node.body, OptionalType(body.type), body.type))
        return self.typed(lowered, body.type)


def _variables(kind: Type, two: bool) -> tuple[Type, ...] | None:
    """What the variables of a macro over a value of this type hold, or None when there is nothing to go through."""
    if kind == DYN:
        return (DYN, DYN) if two else (DYN,)
    if isinstance(kind, ListType):
        return (INT, kind.item) if two else (kind.item,)
    if isinstance(kind, MapType):
        return (kind.key, kind.value) if two else (kind.key,)
    return None


def _result(node: Macro, variables: tuple[Type, ...], body: Type | None) -> Type:
    if node.kind == "filter":
        return ListType(variables[0])
    if body is None:
        return BOOL
    if node.kind in ("map", "transform_list"):
        return ListType(body)
    return MapType(variables[0], body) if node.kind == "transform_map" else body


def _rounds(node: Node) -> int:
    """How many rounds (``exists``, ``map`` …) stand in each other at the deepest place."""
    inside = max(map(_rounds, children(node)), default=0)
    return inside + isinstance(node, Macro)
