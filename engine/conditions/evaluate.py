"""The exact evaluator: the meaning of an expression, walked over its tree.

It takes unchecked trees, where names are found while evaluating, and checked ones, where ``Read``, ``Hop`` and
``Inverse`` say where facts come from. It is the judge whenever the compiled form is in doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from typing import Protocol

from engine.conditions.comprehensions import comprehend, given, map_key
from engine.conditions.functions import lookup, money, standard
from engine.conditions.tree import (
    Call,
    Hop,
    Ident,
    Index,
    Inverse,
    ListNode,
    Literal,
    Macro,
    MapNode,
    Node,
    Read,
    Select,
    Struct,
    dotted_name,
)
from engine.conditions.values import (
    NOTHING,
    CelError,
    Maybe,
    TypeValue,
    no_overload,
)

__all__ = ["Evaluator", "Frame", "evaluate", "evaluate_checked"]

Locals = dict[str, object]
Frame = tuple[object, object, object, object, object, object]
"""``(event, subject, before, now, actor, world)``: what a checked expression reads."""

_MISSING = object()
TYPES = {
    name: TypeValue(name)
    for name in (
        "bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type", "optional_type",
        "google.protobuf.Timestamp", "google.protobuf.Duration",
    )
}  # fmt: skip
_QUALIFIED = {name for name in standard.NAMES if "." in name[1:]} | {"math.greatest", "math.least"}


class World(Protocol):
    """What hops and inverses ask of the world."""

    @property
    def tables(self) -> Mapping[str, Mapping[str, dict[str, object]]]:
        """Machine id -> entity id -> record."""

    def inverse(self, machine: str, relation: str, identity: str, /) -> list[dict[str, object]]:
        """The records of ``machine`` whose ``relation`` is the entity, oldest first."""


def evaluate(
    node: Node,
    bindings: Mapping[str, object],
    container: str = "",
    functions: Mapping[str, Callable[..., object]] | None = None,
    declared: Collection[str] = (),
) -> object:
    """The value of an unchecked expression. Raises CelError where it has none.

    ``bindings`` maps names, also dotted ones, to values of the domain; ``container`` is the namespace in which names
    are looked up first; ``functions`` adds to the standard ones. A name that is ``declared`` but not bound is an
    error, even where a shorter one would have a value.
    """
    return Evaluator(bindings, container, functions, declared=declared).run(node)


def evaluate_checked(node: Node, frame: Frame, functions: Mapping[str, Callable[..., object]] | None = None) -> object:
    """The value of a checked expression over a frame. Raises CelError where it has none."""
    return Evaluator({}, "", functions, frame).run(node)


class Evaluator:
    """One evaluation: where names come from, and how many rounds macros have taken."""

    __slots__ = ("container", "declared", "frame", "functions", "steps", "variables")

    def __init__(
        self,
        variables: Mapping[str, object],
        container: str = "",
        functions: Mapping[str, Callable[..., object]] | None = None,
        frame: Frame | None = None,
        declared: Collection[str] = (),
    ) -> None:
        self.variables = variables
        self.container = container
        self.functions = functions or {}
        self.frame = frame
        self.declared = declared
        self.steps = 0

    def run(self, node: Node) -> object:
        """The value of a whole expression. Raises CelError where it has none."""
        try:
            return self.value(node, {})
        except RecursionError:  # trees are bounded, values that came with an event may be not
            raise CelError("a value is nested too deeply", node.start) from None

    def value(self, node: Node, bound: Locals) -> object:
        """The value of any node; ``bound`` holds the variables of the macros around it."""
        try:
            return _WALKERS[type(node)](self, node, bound)
        except CelError as error:
            if error.offset is None:
                error.offset = node.start
            raise

    def literal(self, node: Literal, _: Locals) -> object:
        return node.value

    def ident(self, node: Ident, bound: Locals) -> object:
        value = bound.get(node.name, _MISSING)
        if value is _MISSING:
            value = self.find(node.name)
        if value is _MISSING:
            raise CelError(f'unknown variable "{node.name}"')
        return value

    def find(self, name: str) -> object:
        """The variable or type that a name means within the container, or _MISSING."""
        for candidate in self.candidates(name):
            value = self.variables.get(candidate, _MISSING)
            if value is not _MISSING:
                return value
            if candidate in self.declared:
                raise CelError(f'the variable "{candidate}" has no value')
            if candidate in TYPES:
                return TYPES[candidate]
        return _MISSING

    def candidates(self, name: str) -> Iterator[str]:
        """The full names that a name may stand for, the innermost namespace first."""
        if name.startswith("."):
            yield name[1:]
            return
        container = self.container
        while container:
            yield f"{container}.{name}"
            container = container.rpartition(".")[0]
        yield name

    def select(self, node: Select, bound: Locals) -> object:
        # The longest dotted name wins: a.b.c may be one variable. Names that a macro binds hide such variables.
        name = None if node.test or self.frame is not None else dotted_name(node)
        if name is not None and name.split(".", 1)[0] not in bound:
            value = self.find(name)
            if value is not _MISSING:
                return value
        operand = self.value(node.operand, bound)
        if operand is None and self.frame is not None:
            operand = {}  # what is not there, such as before at creation, has no fields
        if node.test:
            return lookup.has(operand, node.field)
        if node.optional:
            return lookup.optional_select(operand, node.field)
        return lookup.select(operand, node.field)

    def index(self, node: Index, bound: Locals) -> object:
        operand = self.value(node.operand, bound)
        key = self.value(node.key, bound)
        return lookup.optional_index(operand, key) if node.optional else lookup.index(operand, key)

    def call(self, node: Call, bound: Locals) -> object:
        lazy = _LAZY.get(node.function)
        if lazy is not None:
            return lazy(self, node, bound)
        if node.target is None:
            return self.function(node.function, [self.value(arg, bound) for arg in node.args])
        qualified = self.qualified(node, bound)
        if qualified is not None:
            return self.function(qualified, [self.value(arg, bound) for arg in node.args])
        target = self.value(node.target, bound)
        if isinstance(target, Maybe) and len(node.args) == 1 and node.function in ("or", "orValue"):
            if target.present:
                return target if node.function == "or" else target.value
            alternative = self.value(node.args[0], bound)
            if node.function == "or" and not isinstance(alternative, Maybe):
                raise no_overload("or()", target, alternative)
            return alternative
        return standard.call(f".{node.function}", [target, *(self.value(arg, bound) for arg in node.args)])

    def qualified(self, node: Call, bound: Locals) -> str | None:
        """The function that ``math.abs(x)`` means, or None when the part before the dot is a value."""
        assert node.target is not None
        prefix = dotted_name(node.target)
        if prefix is None or prefix.split(".", 1)[0] in bound:
            return None
        for candidate in self.candidates(f"{prefix}.{node.function}"):
            if candidate in _QUALIFIED or candidate in self.functions:
                return candidate
        return None

    def function(self, name: str, args: list[object]) -> object:
        for candidate in self.candidates(name):
            own = self.functions.get(candidate)
            if own is not None:
                return _call_host(own, candidate, args)
        if self.frame is not None and len(args) == 2 and isinstance(args[0], dict) and isinstance(args[1], dict):
            compared = money.compare(name, args[0], args[1])
            if compared is not None:
                return compared
        return standard.call(name.removeprefix("."), args)

    def conjunction(self, node: Call, bound: Locals) -> bool:
        return self.junction(node, bound, decisive=False, sign="&&")

    def disjunction(self, node: Call, bound: Locals) -> bool:
        return self.junction(node, bound, decisive=True, sign="||")

    def junction(self, node: Call, bound: Locals, *, decisive: bool, sign: str) -> bool:
        """``&&`` or ``||``: the decisive value from either side wins over an error of the other."""
        failure: CelError | None = None
        for arg in node.args:
            try:
                value = self.value(arg, bound)
                if value is decisive:
                    return decisive
                if not isinstance(value, bool):
                    raise no_overload(sign, value)
            except CelError as error:
                failure = failure or error
        if failure is not None:
            raise failure
        return not decisive

    def conditional(self, node: Call, bound: Locals) -> object:
        condition = self.value(node.args[0], bound)
        if not isinstance(condition, bool):
            raise no_overload("? :", condition)
        return self.value(node.args[1 if condition else 2], bound)

    def list(self, node: ListNode, bound: Locals) -> list[object]:
        items: list[object] = []
        for item, optional in zip(node.items, node.optional, strict=True):
            value = self.value(item, bound)
            if not optional:
                items.append(value)
            elif given(value).present:
                items.append(given(value).value)
        return items

    def map(self, node: MapNode, bound: Locals) -> dict[object, object]:
        result: dict[object, object] = {}
        for (key_node, value_node), optional in zip(node.entries, node.optional, strict=True):
            key = map_key(self.value(key_node, bound), result)
            value = self.value(value_node, bound)
            if not optional:
                result[key] = value
            elif given(value).present:
                result[key] = given(value).value
        return result

    def struct(self, node: Struct, _: Locals) -> object:
        raise CelError(f'unknown message type "{node.name}"')

    def read(self, node: Read, _: Locals) -> object:
        if self.frame is None:
            raise CelError(f'unknown variable "{node.name}"')
        try:
            return _reader(node.source)(*self.frame)
        except (AttributeError, IndexError, KeyError, TypeError):
            raise CelError(f'"{node.name}" has no value') from None

    def hop(self, node: Hop, bound: Locals) -> object:
        identity = self.value(node.operand, bound)
        if isinstance(identity, Maybe):
            if not identity.present:
                return NOTHING
            record = self.record(node.machine, identity.value)
            return NOTHING if record is None else Maybe(True, record)
        record = self.record(node.machine, identity)
        if record is None:
            raise CelError(f"{node.machine} {identity} is not known")
        return record

    def record(self, machine: str, identity: object) -> object:
        return self.world().tables.get(machine, {}).get(str(identity))

    def inverse(self, node: Inverse, bound: Locals) -> object:
        entity = self.value(node.operand, bound)
        identity = entity["id"] if isinstance(entity, dict) else entity
        return list(self.world().inverse(node.machine, node.relation, str(identity)))

    def world(self) -> World:
        assert self.frame is not None, "only checked trees hold hops, and those are evaluated over a frame"
        return self.frame[5]  # type: ignore[return-value]


def _call_host(function: Callable[..., object], name: str, args: list[object]) -> object:
    try:
        return function(*args)
    except CelError:
        raise
    except Exception as error:  # a host's function may fail in any way; the expression is then errored
        raise CelError(f"{name}(): {error}") from error


@lru_cache(maxsize=8192)
def _reader(source: str) -> Callable[..., object]:
    """The Python that a ``Read`` carries, compiled once; it comes from the scope, never from a document."""
    function: Callable[..., object] = eval(  # noqa: S307
        f"lambda event, subject, before, now, actor, world: {source}", {}
    )
    return function


_Walker = Callable[..., object]
_WALKERS: dict[type[Node], _Walker] = {
    Literal: Evaluator.literal,
    Ident: Evaluator.ident,
    Select: Evaluator.select,
    Index: Evaluator.index,
    Call: Evaluator.call,
    ListNode: Evaluator.list,
    MapNode: Evaluator.map,
    Struct: Evaluator.struct,
    Macro: comprehend,
    Read: Evaluator.read,
    Hop: Evaluator.hop,
    Inverse: Evaluator.inverse,
}
_LAZY: dict[str, _Walker] = {
    "_&&_": Evaluator.conjunction,
    "_||_": Evaluator.disjunction,
    "_?_:_": Evaluator.conditional,
}
