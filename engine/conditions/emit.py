"""Checked trees as plain Python: one expression over the frame, with dict subscripts, ``and`` and ``or``.

What Python means differently than CEL goes through the exact functions of ``engine.conditions.functions``. An
expression raises wherever it is in doubt (a missing value, an overflow, a division by zero, a form not generated
here); whoever runs it then asks the exact evaluator.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from engine.conditions.functions import standard
from engine.conditions.functions.text import pattern
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
)
from engine.conditions.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    MONEY,
    NUMBERS,
    STRING,
    TIMESTAMP,
    UINT,
    ListType,
    MapType,
    OptionalType,
    Type,
    is_text,
)
from engine.conditions.values import Duration, Timestamp, UInt

TypeOf = Callable[[Node], Type]

_COMPARISONS = {"_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
_CLASSES: dict[Type, type] = {
    BOOL: bool,
    INT: int,
    UINT: UInt,
    DOUBLE: float,
    STRING: str,
    BYTES: bytes,
    TIMESTAMP: Timestamp,
    DURATION: Duration,
}
_SUMS: dict[tuple[str, Type], str] = {
    ("_+_", INT): "cel_int({} + {})",
    ("_-_", INT): "cel_int({} - {})",
    ("_*_", INT): "cel_int({} * {})",
    ("_+_", DOUBLE): "({} + {})",
    ("_-_", DOUBLE): "({} - {})",
    ("_*_", DOUBLE): "({} * {})",
    ("_/_", DOUBLE): "({} / {})",  # by zero Python raises, and the exact evaluator says what CEL says
    ("_+_", TIMESTAMP): "cel_timestamp({} + {})",
    ("_-_", TIMESTAMP): "cel_timestamp({} - {})",
    ("_+_", DURATION): "cel_duration({} + {})",
    ("_-_", DURATION): "cel_duration({} - {})",
}


_EXACT_ORDER = {"_<_": "cel_lt", "_<=_": "cel_le", "_>_": "cel_gt", "_>=_": "cel_ge"}


class Emitter:
    """Turns checked nodes into Python. ``constants`` collects the values that the source mentions by name.

    ``prefix`` begins the names of those constants, so that many conditions can share one function.
    """

    def __init__(self, types: TypeOf, functions: Mapping[str, Callable[..., object]], prefix: str) -> None:
        self.types = types
        self.functions = functions
        self.prefix = prefix
        self.constants: dict[str, object] = {}
        self.locals: dict[str, str] = {}
        self._counter = 0

    def emit(self, node: Node) -> str:
        """The Python expression of a node."""
        match node:
            case Literal():
                return self.constant(node.value)
            case Ident():
                return self.locals.get(node.name, "cel_doubt()")
            case Read():
                return node.source
            case Select():
                return self._select(node)
            case Hop():
                if isinstance(self.types(node.operand), OptionalType):
                    return f"cel_hop(world.tables[{node.machine!r}], {self.emit(node.operand)})"
                return f"world.tables[{node.machine!r}][{self.emit(node.operand)}]"
            case Inverse():
                return f"world.inverse({node.machine!r}, {node.relation!r}, {self.emit(node.operand)})"
            case Index():
                return self._index(node)
            case ListNode():
                return f"[{', '.join(map(self.emit, node.items))}]" if not any(node.optional) else "cel_doubt()"
            case MapNode():
                return self._map(node)
            case Macro():
                return self._macro(node)
            case Call():
                return self._call(node)
        return "cel_doubt()"

    def truth(self, node: Node) -> str:
        """A node where true or false is required."""
        source = self.emit(node)
        return source if self.types(node) == BOOL else f"cel_bool({source})"

    def constant(self, value: object) -> str:
        """A value as a Python literal where Python has one, else by name."""
        kind = type(value)
        if value is None or kind is bool or kind is str or kind is bytes:
            return repr(value)
        if kind is int or (kind is float and math.isfinite(value)):  # type: ignore[arg-type]
            return repr(value) if value >= 0 else f"({value!r})"  # type: ignore[operator]
        return self.named(value)

    def named(self, value: object) -> str:
        """The name under which the generated code finds a value."""
        name = f"{self.prefix}{len(self.constants)}"
        self.constants[name] = value
        return name

    def number(self, node: Node) -> str:
        """An instant or span as the plain number it is: cheaper, and the same in comparisons and sums."""
        if isinstance(node, Literal) and isinstance(node.value, int):
            return self.constant(int(node.value))
        if isinstance(node, Call) and node.function == "_-_":
            left, right = node.args
            if self.types(left) == TIMESTAMP == self.types(right):
                return f"({self.number(left)} - {self.number(right)})"  # two valid instants never overflow a span
        return self.emit(node)

    def _select(self, node: Select) -> str:
        operand = self.emit(node.operand)
        kind = self.types(node.operand)
        loose = kind == DYN or isinstance(kind, OptionalType)
        if node.test:
            return f"cel_has({operand}, {node.field!r})" if loose else f"({node.field!r} in {operand})"
        if node.optional:
            return f"cel_optional({operand}, {node.field!r})"
        return f"cel_select({operand}, {node.field!r})" if loose else f"{operand}[{node.field!r}]"

    def _index(self, node: Index) -> str:
        if node.optional:
            return "cel_doubt()"
        operand, key = self.emit(node.operand), self.emit(node.key)
        kind = self.types(node.operand)
        literal = node.key.value if isinstance(node.key, Literal) else None
        if isinstance(kind, ListType) and type(literal) is int and literal >= 0:
            return f"{operand}[{key}]"
        if isinstance(kind, MapType) and is_text(kind.key) and is_text(self.types(node.key)):
            return f"{operand}[{key}]"
        return f"cel_index({operand}, {key})"

    def _map(self, node: MapNode) -> str:
        if any(node.optional) or not all(
            isinstance(key, Literal) and isinstance(key.value, str) for key, _ in node.entries
        ):
            return "cel_doubt()"
        keys = [self.emit(key) for key, _ in node.entries]
        if len(set(keys)) < len(keys):
            return "cel_doubt()"
        return (
            "{"
            + ", ".join(f"{key}: {self.emit(value)}" for key, (_, value) in zip(keys, node.entries, strict=True))
            + "}"
        )

    def _call(self, node: Call) -> str:
        name = node.function
        if name in ("_&&_", "_||_"):
            word = " and " if name == "_&&_" else " or "
            return f"({word.join(self.truth(part) for part in flattened(node, name))})"
        if name == "!_":
            return f"(not {self.truth(node.args[0])})"
        if name == "_?_:_":
            condition, yes, no = node.args
            return f"({self.emit(yes)} if {self.truth(condition)} else {self.emit(no)})"
        if name in _COMPARISONS:
            return self._comparison(node)
        if name == "@in":
            return self._in(node)
        if name in ("_+_", "_-_", "_*_", "_/_", "_%_", "-_"):
            return self._arithmetic(node)
        return self._function(node)

    def _comparison(self, node: Call) -> str:
        left, right = node.args
        one, other = self.types(left), self.types(right)
        sign = _COMPARISONS[node.function]
        if one == MONEY == other:
            return self._money(left, right, sign)
        if (one == other and one in (TIMESTAMP, DURATION)) or (one == other and one in (INT, UINT)):
            return f"({self.number(left)} {sign} {self.number(right)})"
        if one in NUMBERS and other in NUMBERS:
            return f"({self._as_double(left, other)} {sign} {self._as_double(right, one)})"
        if (is_text(one) and is_text(other)) or (one == other and one in (BOOL, BYTES)):
            return f"({self.emit(left)} {sign} {self.emit(right)})"
        exact = _EXACT_ORDER.get(node.function)
        if exact is not None:
            return f"{exact}({self.emit(left)}, {self.emit(right)})"
        negated = "not " if sign == "!=" else ""
        return f"({negated}cel_equal({self.emit(left)}, {self.emit(right)}))"

    def _as_double(self, node: Node, beside: Type) -> str:
        """A number as it meets another: an int variable beside a double becomes one."""
        kind = self.types(node)
        if kind == DOUBLE or beside != DOUBLE:
            return self.emit(node)
        if isinstance(node, Literal):
            return self.constant(float(node.value))  # type: ignore[arg-type]
        return f"float({self.emit(node)})"

    def _money(self, left: Node, right: Node, sign: str) -> str:
        if isinstance(right, Literal) and isinstance(right.value, dict):
            money, amount = right.value, self.constant(right.value["amount"])
            return f"(cel_amount({self.emit(left)}, {money['currency']!r}) {sign} {amount})"
        return f"(cel_difference({self.emit(left)}, {self.emit(right)}) {sign} 0)"

    def _in(self, node: Call) -> str:
        left, right = node.args
        kind, container = self.types(left), self.types(right)
        plain = is_text(kind) or kind in (INT, BOOL)
        if isinstance(right, ListNode) and plain and self._constants_like(right, kind):
            values = sorted({item.value for item in right.items})  # type: ignore[attr-defined]
            if not values:
                return f"({self.emit(left)} in ())"
            return f"({self.emit(left)} in {{{', '.join(map(self.constant, values))}}})"
        same = isinstance(container, ListType) and (
            container.item == kind or (is_text(container.item) and is_text(kind))
        )
        if same and (plain or kind in (TIMESTAMP, DURATION)):
            return f"({self.emit(left)} in {self.emit(right)})"
        if isinstance(container, MapType) and is_text(container.key) and is_text(kind):
            return f"({self.emit(left)} in {self.emit(right)})"
        return f"cel_in({self.emit(left)}, {self.emit(right)})"

    def _constants_like(self, node: ListNode, kind: Type) -> bool:
        wanted = str if is_text(kind) else _CLASSES[kind]
        return all(isinstance(item, Literal) and type(item.value) is wanted for item in node.items)

    def _arithmetic(self, node: Call) -> str:
        kind = self.types(node)
        kinds = [self.types(arg) for arg in node.args]
        if node.function == "-_":
            operand = self.emit(node.args[0])
            return f"cel_int(-{operand})" if kind == INT else f"(-{operand})" if kind == DOUBLE else "cel_doubt()"
        form = _SUMS.get((node.function, kind))
        if form is not None and DYN not in kinds:
            return form.format(*(self.number(arg) for arg in node.args))
        return self._overload(node.function, node.args)

    def _overload(self, name: str, args: tuple[Node, ...]) -> str:
        """The exact function, chosen now where the types are known and by its arguments otherwise."""
        written = [self.emit(arg) for arg in args]
        classes = [self._class_of(self.types(arg)) for arg in args]
        function = standard.OVERLOADS.get((name, tuple(classes)))  # type: ignore[arg-type]
        if function is not None:
            return f"{self.named(function)}({', '.join(written)})"
        return f"cel_call({name!r}, [{', '.join(written)}])"

    @staticmethod
    def _class_of(kind: Type) -> type | None:
        if is_text(kind):
            return str
        if isinstance(kind, ListType):
            return list
        return dict if isinstance(kind, MapType) else _CLASSES.get(kind)

    def _function(self, node: Call) -> str:
        name = node.function
        if node.target is None:
            own = self.functions.get(name)
            if own is not None:
                return f"{self.named(own)}({', '.join(map(self.emit, node.args))})"
            return self._overload(name, node.args)
        target_kind = self.types(node.target)
        if isinstance(target_kind, OptionalType):
            return self._of_optional(node)
        if is_text(target_kind):
            quick = self._text_method(node)
            if quick is not None:
                return quick
        if name == "size" and target_kind != DYN:
            return f"len({self.emit(node.target)})"
        return self._overload(f".{name}", (node.target, *node.args))

    def _text_method(self, node: Call) -> str | None:
        assert node.target is not None
        if not node.args or not is_text(self.types(node.args[0])):
            return None
        target, argument = self.emit(node.target), node.args[0]
        if node.function == "contains":
            return f"({self.emit(argument)} in {target})"
        if node.function == "startsWith":
            return f"{target}.startswith({self.emit(argument)})"
        if node.function == "endsWith":
            return f"{target}.endswith({self.emit(argument)})"
        if node.function == "matches" and isinstance(argument, Literal):
            search = self.named(pattern(str(argument.value)).search)
            return f"({search}({target}) is not None)"
        return None

    def _of_optional(self, node: Call) -> str:
        assert node.target is not None
        if node.function == "hasValue":
            return f"{self.emit(node.target)}.present"
        if node.function != "orValue":
            return "cel_doubt()"
        target, otherwise = node.target, node.args[0]
        if isinstance(target, Select) and target.optional and isinstance(otherwise, Literal):
            owner = self.types(target.operand)
            if owner != DYN and not isinstance(owner, OptionalType):
                return f"{self.emit(target.operand)}.get({target.field!r}, {self.emit(otherwise)})"
        return f"cel_or({self.emit(target)}, {self.emit(otherwise)})"

    def _macro(self, node: Macro) -> str:
        if node.kind not in ("all", "exists", "exists_one", "map", "filter", "transform_list"):
            return "cel_doubt()"
        kind = self.types(node.range)
        source = self.emit(node.range)
        if node.second is not None:
            if not isinstance(kind, ListType):
                return "cel_doubt()"
            source = f"enumerate({source})"
        elif not isinstance(kind, ListType) and not (isinstance(kind, MapType) and is_text(kind.key)):
            source = f"cel_range({source})"
        outer = dict(self.locals)
        names: list[str] = []
        for name in (node.first, node.second):
            if name is not None:
                self._counter += 1
                names.append(f"{self.prefix}v{self._counter}")
                self.locals[name] = names[-1]
        rounds = f"for {', '.join(names)} in {source}"
        condition = None if node.condition is None else self.truth(node.condition)
        body = names[0] if node.body is None else self.emit(node.body)
        self.locals = outer
        if node.kind in ("all", "exists"):
            return f"{'all' if node.kind == 'all' else 'any'}({condition} {rounds})"
        if node.kind == "exists_one":
            return f"(sum(1 {rounds} if {condition}) == 1)"
        return f"[{body} {rounds}{'' if condition is None else f' if {condition}'}]"


def flattened(node: Node, function: str) -> list[Node]:
    """The operands of a chain of ``&&`` or ``||``, however it is nested."""
    if isinstance(node, Call) and node.function == function:
        return [part for arg in node.args for part in flattened(arg, function)]
    return [node]
