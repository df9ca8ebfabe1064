"""The SQL back end: a checked condition as an SQLAlchemy expression, with the same answer on SQLite and PostgreSQL.

A missing value or an error is NULL. SQL's three-valued logic is then CEL's absorption, and a row whose condition is
NULL is not listed. Only what ``engine.conditions.listable`` passes comes here. docs/conditions-in-sql.md describes the
subset and how values lie in tables. This is the one module of the engine that knows SQLAlchemy; no command loads it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from engine.conditions import tree
from engine.conditions.condition import Condition
from engine.conditions.functions.arithmetic import MAX_SIZE
from engine.conditions.group import Group
from engine.conditions.listable import CASES, COMPARISONS, ROUNDS, SUMS, TEXTS, unlistable
from engine.conditions.times import MAX_DURATION, MAX_TIMESTAMP, MIN_DURATION, MIN_TIMESTAMP
from engine.conditions.tree import Call, Hop, Ident, Inverse, ListNode, Macro, Node, Read, Select
from engine.conditions.types import (
    BOOL,
    DOUBLE,
    DURATION,
    INT,
    MONEY,
    TIMESTAMP,
    ObjectType,
    OptionalType,
    Type,
    is_text,
)
from engine.conditions.values import MAX_INT, MIN_INT, Duration, Timestamp

Element = sa.ColumnElement[Any]
Table = sa.FromClause
Truth = sa.ColumnElement[bool]
Rows = sa.Select[Any]
MICROSECOND = 1_000

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "_==_": operator.eq,
    "_!=_": operator.ne,
    "_<_": operator.lt,
    "_<=_": operator.le,
    "_>_": operator.gt,
    "_>=_": operator.ge,
}
_PLUS: dict[str, Callable[[Any, Any], Any]] = {"_+_": operator.add, "_-_": operator.sub, "_*_": operator.mul}
_BOUNDS: dict[Type, tuple[int, int]] = {
    INT: (MIN_INT, MAX_INT),
    TIMESTAMP: (-(-MIN_TIMESTAMP // MICROSECOND), MAX_TIMESTAMP // MICROSECOND),
    DURATION: (-(-MIN_DURATION // MICROSECOND), MAX_DURATION // MICROSECOND),
}


@dataclass(frozen=True, slots=True)
class Store:
    """A database: its dialect, and the table of each machine."""

    dialect: Literal["sqlite", "postgresql"]
    tables: Mapping[str, Table]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a list, and when: bound values. ``now`` is taken to the microsecond, as tables keep instants."""

    actor: Mapping[str, Any]
    now: Timestamp


def predicate(condition: Condition, store: Store, table: Table, asker: Asker) -> sa.ColumnElement[bool]:
    """True, false or NULL (errored) for each row of ``table``. Raises ValueError for what lists cannot have."""
    _refuse(condition)
    return _Emitter(condition, store, table, asker).group(condition.group)


def branches(condition: Condition, store: Store, table: Table, asker: Asker) -> list[Branch]:
    """The parts of which one must be true, each with the columns that it fixes to a value or a few."""
    _refuse(condition)
    emitter = _Emitter(condition, store, table, asker)
    return [Branch(emitter.part(one), frozenset(emitter.fixed(one))) for one in emitter.alternatives(condition.group)]


def _refuse(condition: Condition) -> None:
    found = unlistable(condition)
    if found:
        raise ValueError(f"no list can be made with {condition}: {found[0].what}")


@dataclass(frozen=True, slots=True)
class Branch:
    """One alternative of a condition."""

    expression: sa.ColumnElement[bool]
    fixed: frozenset[str]


MOST_BRANCHES = 8


def listing(
    wheres: Sequence[Condition | None],
    store: Store,
    machine: str,
    asker: Asker,
    order: Sequence[tuple[str, bool]],
    limit: int,
    filters: Callable[[Table], Sequence[Truth]] = lambda _: (),
    shown: Callable[[str], Sequence[Condition | None]] = lambda _: (None,),
) -> Rows:
    """The first rows of a machine's table for which one of the conditions is true; None stands for all rows.

    ``order`` lists columns, each with whether it descends; ``filters`` are further conditions on the table. ``shown``
    gives the conditions of which one must be true for a field to be told; else it is NULL, as if it had no value. Where
    every alternative fixes a column that an index begins with, each becomes a query of its own that reads no more
    than ``limit`` rows of its index; else one query takes them all.
    """
    table = store.tables[machine]
    told = list(_told(table, shown, store, asker))
    if any(one is None for one in wheres):
        return _page(sa.select(*told).where(*filters(table)), table, order, limit)
    parts = [part for one in wheres if one is not None for part in branches(one, store, table, asker)]
    if not 2 <= len(parts) <= MOST_BRANCHES or not all(part.fixed & _leading(table) for part in parts):
        either = sa.or_(sa.false(), *(part.expression for part in parts))
        return _page(sa.select(*told).where(either, *filters(table)), table, order, limit)
    selects = []
    for number, part in enumerate(parts):
        others = [before.expression.is_not(sa.true()) for before in parts[:number]]  # so that no row comes twice
        query = sa.select(*told).where(part.expression, *others, *filters(table))
        selects.append(sa.select(_page(query, table, order, limit).subquery()))
    together = sa.union_all(*selects).subquery()
    return _page(sa.select(together), together, order, limit)


def _told(
    table: Table, shown: Callable[[str], Sequence[Condition | None]], store: Store, asker: Asker
) -> Iterator[Element]:
    """The columns of a table, each NULL on the rows on which its field may not be told."""
    for column in table.c:
        wheres = shown(_field_of(column.name, table))
        if any(one is None for one in wheres):
            yield column
        else:
            told = [predicate(one, store, table, asker) for one in wheres if one is not None]
            yield sa.case((sa.or_(sa.false(), *told), column)).label(column.name)


def _field_of(column: str, table: Table) -> str:
    """The field that a column holds; money lies in two."""
    name, _, part = column.rpartition("_")
    both = {f"{name}_amount", f"{name}_currency"} <= set(table.c.keys())
    return name if part in ("amount", "currency") and both else column


def _page(query: sa.Select[Any], table: Table, order: Sequence[tuple[str, bool]], limit: int) -> sa.Select[Any]:
    columns = (table.c[name].desc() if down else table.c[name].asc() for name, down in order)
    return query.order_by(*columns).limit(limit)


def _leading(table: Table) -> frozenset[str]:
    """The columns that an index of the table begins with."""
    if not isinstance(table, sa.Table):
        return frozenset()
    firsts = {next(iter(index.columns)).name for index in table.indexes if len(index.columns)}
    return frozenset(firsts | {column.name for column in list(table.primary_key.columns)[:1]})


class _Emitter:
    """Turns the nodes of one condition into SQL over one table."""

    def __init__(self, condition: Condition, store: Store, table: Table, asker: Asker) -> None:
        self.nodes = condition.nodes
        self.types = condition.type_of
        self.store = store
        self.table = table
        self.asker = asker
        self.locals: dict[str, Table] = {}

    def group(self, part: Group | int) -> Element:
        """The lines of a condition, combined."""
        if isinstance(part, int):
            return self.value(self.nodes[part])
        inner = [self.group(one) for one in part.parts]
        if part.kind == "all":
            return sa.and_(*inner)
        return sa.not_(sa.or_(*inner)) if part.kind == "none" else sa.or_(*inner)

    def alternatives(self, part: Group | int | Node) -> Iterator[Group | int | Node]:
        """The parts of which one must hold, as far as they stand at the top."""
        if isinstance(part, int):
            yield from self.alternatives(self.nodes[part])
        elif isinstance(part, Group) and (part.kind == "any" or (part.kind == "all" and len(part.parts) == 1)):
            for one in part.parts:
                yield from self.alternatives(one)
        elif isinstance(part, Call) and part.function == "_||_":
            for arg in part.args:
                yield from self.alternatives(arg)
        else:
            yield part

    def part(self, part: Group | int | Node) -> Element:
        """An alternative as SQL."""
        return self.value(part) if isinstance(part, Node) else self.group(part)

    def fixed(self, part: Group | int | Node) -> Iterator[str]:
        """The columns that hold one of a few known values wherever the part is true."""
        if isinstance(part, int):
            yield from self.fixed(self.nodes[part])
        elif isinstance(part, Group) and part.kind == "all":
            for one in part.parts:
                yield from self.fixed(one)
        elif isinstance(part, Call) and part.function == "_&&_":
            for arg in part.args:
                yield from self.fixed(arg)
        elif isinstance(part, Call) and part.function in ("_==_", "@in"):
            for column, other in (part.args, part.args[::-1]):
                if self._is_column(column) and self._is_bound(other):
                    assert isinstance(column, Select)
                    yield column.field
                if part.function == "@in":
                    break

    @staticmethod
    def _is_column(node: Node) -> bool:
        return isinstance(node, Select) and not node.test and not node.optional and isinstance(node.operand, Read) and (
            node.operand.source == "subject"
        )  # fmt: skip

    def _is_bound(self, node: Node) -> bool:
        if isinstance(node, ListNode):
            return all(isinstance(item, tree.Literal) for item in node.items)
        return isinstance(node, tree.Literal) or (isinstance(node, Select) and self._of_actor(node))

    def _of_actor(self, node: Select) -> bool:
        kind = self.types(node.operand)
        return isinstance(kind, ObjectType) and kind.name == "actor"

    def value(self, node: Node) -> Element:
        """A node that yields a value."""
        match node:
            case tree.Literal():
                return _constant(node.value)
            case Read():
                return _constant(self.asker.now)
            case Select():
                return self._select(node)
            case Macro():
                return self._macro(node)
            case Call():
                return self._call(node)
        raise AssertionError(node)

    def _select(self, node: Select) -> Element:
        if self._of_actor(node):
            return sa.true() if node.test else sa.literal(self.asker.actor[node.field], sa.Text)
        if self.types(node.operand) == MONEY:
            assert isinstance(node.operand, Select)
            money = node.operand
            part = self.of(money.operand, lambda table: table.c[f"{money.field}_{node.field}"])
            return sa.case((part.is_not(None), sa.true())) if node.test else part
        if node.test:
            return self.of(node.operand, lambda table: self._column(table, node).is_not(None))
        return self.of(node.operand, lambda table: self._column(table, node))

    @staticmethod
    def _column(table: Table, node: Select) -> Element:
        """The column of a field; that of the amount for money, which has two."""
        return table.c[node.field if node.field in table.c else f"{node.field}_amount"]

    def of(self, record: Node, build: Callable[[Table], Element]) -> Element:
        """What ``build`` makes of the row that a record lies in; NULL where there is no such row."""
        if isinstance(record, Hop):
            return self._found(record.machine, self.value(record.operand), build)
        return build(self.locals[record.name] if isinstance(record, Ident) else self.table)

    def _found(self, machine: str, id: Element, build: Callable[[Table], Element]) -> Element:
        there = self.store.tables[machine].alias()
        return sa.select(build(there)).where(there.c.id == id).correlate_except(there).scalar_subquery()

    def _call(self, node: Call) -> Element:
        name = node.function
        if name == "_&&_":
            return sa.and_(*map(self.value, node.args))
        if name == "_||_":
            return sa.or_(*map(self.value, node.args))
        if name == "!_":
            return sa.not_(self.value(node.args[0]))
        if name == "_?_:_":
            asked, yes, no = map(self.value, node.args)
            return sa.case((asked, yes), (sa.not_(asked), no))
        if name in COMPARISONS:
            return self._comparison(node)
        if name == "@in":
            return self._in(*node.args)
        if name in SUMS:
            return self._sum(node)
        if name in TEXTS or name in CASES:
            return self._text(node)
        if name == "size":
            return self._size(node.target or node.args[0])
        if name == "double":
            return sa.cast(self.value(node.args[0]), sa.Double)
        assert isinstance(node.target, Select), name
        return self._of_optional(name, node.target, node.args)

    def _comparison(self, node: Call) -> Element:
        compare = _COMPARE[node.function]
        left, right = node.args
        kinds = self.types(left), self.types(right)
        if MONEY in kinds:
            one, other = self._money(left), self._money(right)
            return sa.case((one[1] == other[1], compare(one[0], other[0])))
        a, b = self.value(left), self.value(right)
        if kinds[0] != kinds[1] and DOUBLE in kinds:
            a, b = (x if kind == DOUBLE else sa.cast(x, sa.Double) for x, kind in zip((a, b), kinds, strict=True))
        elif is_text(kinds[0]) and node.function not in ("_==_", "_!=_") and self.store.dialect == "postgresql":
            a = sa.collate(a, "C")  # by code point, as SQLite and Python have it
        found: Element = compare(a, b)
        return found

    def _money(self, node: Node) -> tuple[Element, Element]:
        if isinstance(node, tree.Literal):
            assert isinstance(node.value, dict)
            return _constant(node.value["amount"]), _constant(node.value["currency"])
        assert isinstance(node, Select)
        name = node.field
        amount = self.of(node.operand, lambda table: table.c[f"{name}_amount"])
        return amount, self.of(node.operand, lambda table: table.c[f"{name}_currency"])

    def _in(self, left: Node, right: Node) -> Element:
        value = self.value(left)
        if isinstance(right, Select) and self._of_actor(right):
            return _among(value, list(self.asker.actor[right.field]))
        if isinstance(right, Select):
            return self._in_column(value, right)
        assert isinstance(right, ListNode)
        kinds = {self.types(item) for item in right.items}
        alike = DOUBLE not in kinds and self.types(left) != DOUBLE
        if alike and all(isinstance(item, tree.Literal) for item in right.items):
            return _among(value, [_plain(item.value) for item in right.items])  # type: ignore[attr-defined]
        items = [self.value(item) for item in right.items]
        equal = [self._comparison(Call(left.start, left.end, "_==_", None, (left, item))) for item in right.items]
        known = [one.is_not(None) for one in (value, *items)]
        return sa.case((sa.and_(*known), sa.or_(sa.false(), *equal)))

    def _in_column(self, value: Element, right: Select) -> Element:
        def found(table: Table) -> Element:
            column = table.c[right.field]
            if self.store.dialect == "postgresql":
                inside: Element = sa.cast(column, JSONB).contains(sa.func.to_jsonb(value))
            else:
                each = sa.func.json_each(column).table_valued("value")
                inside = sa.select(sa.literal(1)).where(each.c.value == value).correlate_except(each).exists()
            return sa.case((sa.and_(column.is_not(None), value.is_not(None)), inside))

        return self.of(right.operand, found)

    def _sum(self, node: Call) -> Element:
        kind = self.types(node)
        if is_text(kind):
            a, b = map(self.value, node.args)
            return sa.case((sa.func.length(a) + sa.func.length(b) <= MAX_SIZE, a.op("||")(b)))
        args = [self.value(arg) for arg in node.args]
        if len(args) == 1:
            args = [sa.literal(0, sa.BigInteger), args[0]]
        name = "_-_" if node.function == "-_" else node.function
        least, most = _BOUNDS[kind]
        if self.store.dialect == "sqlite":
            result = self._sqlite(name, args[0], args[1])
            whole = sa.func.typeof(result) == "integer"  # an overflow has become a real
            return sa.case((whole & result.between(_constant(least), _constant(most)), result))
        result = self._postgresql(name, *(sa.cast(arg, sa.Numeric) for arg in args))
        return sa.case((result.between(sa.literal(least, sa.Numeric), sa.literal(most, sa.Numeric)), _integer(result)))

    @staticmethod
    def _sqlite(name: str, a: Element, b: Element) -> Element:
        if name in _PLUS:
            found: Element = _PLUS[name](a, b)
            return found
        if name == "_/_":
            return a.op("/", return_type=sa.BigInteger())(b)
        return sa.case((sa.not_((a == MIN_INT) & (b == -1)), a.op("%", return_type=sa.BigInteger())(b)))

    @staticmethod
    def _postgresql(name: str, a: Element, b: Element) -> Element:
        if name in _PLUS:
            found: Element = _PLUS[name](a, b)
            return found
        divisor = sa.func.nullif(b, 0)
        if name == "_/_":
            return sa.func.div(a, divisor, type_=sa.Numeric)
        least = sa.literal(MIN_INT, sa.Numeric)
        return sa.case((sa.not_((a == least) & (b == -1)), sa.func.mod(a, divisor, type_=sa.Numeric)))

    def _text(self, node: Call) -> Element:
        assert node.target is not None
        text = self.value(node.target)
        if node.function in CASES:
            if self.store.dialect == "postgresql":
                text = sa.collate(text, "C")  # where only ASCII has upper and lower letters
            change = sa.func.lower if node.function == "lowerAscii" else sa.func.upper
            return change(text, type_=sa.Text)
        part = self.value(node.args[0])
        if node.function == "contains":
            if self.store.dialect == "postgresql":
                return sa.func.strpos(text, part) > 0
            return sa.func.instr(text, part) > 0
        if node.function == "startsWith":
            return sa.func.substr(text, 1, sa.func.length(part)) == part
        rest = sa.func.length(text) - sa.func.length(part)
        return sa.case((rest < 0, sa.false()), (rest >= 0, sa.func.substr(text, rest + 1) == part))

    def _size(self, node: Node) -> Element:
        if isinstance(node, Inverse):
            items = self.store.tables[node.machine].alias()
            id = self.value(node.operand)
            count = (
                sa.select(sa.func.count(type_=sa.BigInteger))
                .where(items.c[node.relation] == id)
                .correlate_except(items)
            )
            return sa.case((id.is_not(None), count.scalar_subquery()))
        if is_text(self.types(node)):
            return sa.func.length(self.value(node), type_=sa.BigInteger)
        assert isinstance(node, Select)
        if self.store.dialect == "postgresql":
            return self.of(
                node.operand,
                lambda table: sa.func.jsonb_array_length(sa.cast(table.c[node.field], JSONB), type_=sa.BigInteger),
            )
        return self.of(node.operand, lambda table: sa.func.json_array_length(table.c[node.field], type_=sa.BigInteger))

    def _of_optional(self, name: str, target: Select, args: tuple[Node, ...]) -> Element:
        value, valid = self._optional(target)
        found: Element = value.is_not(None) if name == "hasValue" else sa.func.coalesce(value, self.value(args[0]))
        return found if valid is None else sa.case((valid, found))

    def _optional(self, node: Select) -> tuple[Element, Element | None]:
        """The value, NULL where it is missing, and what must be true for it to be no error."""
        record = node.operand
        if not isinstance(record, Hop):
            return self.of(record, lambda table: table.c[node.field]), None
        if isinstance(self.types(record.operand), OptionalType):
            assert isinstance(record.operand, Select)
            id, valid = self._optional(record.operand)
            return self._found(record.machine, id, lambda table: table.c[node.field]), valid
        id = self.value(record.operand)
        there = self._found(record.machine, id, lambda table: table.c.id)
        return self._found(record.machine, id, lambda table: table.c[node.field]), there.is_not(None)

    def _macro(self, node: Macro) -> Element:
        """A row that decides wins; else a row in error makes an error; an unknown owner is one from the beginning."""
        assert isinstance(node.range, Inverse)
        assert node.condition is not None
        assert node.kind in ROUNDS
        owner = self.value(node.range.operand)
        items = self.store.tables[node.range.machine].alias()
        outer, self.locals = self.locals, {**self.locals, node.first: items}
        condition = self.value(node.condition)
        self.locals = outer
        here = sa.select(sa.literal(1)).select_from(items).where(items.c[node.range.relation] == owner)

        def some(what: Element) -> Element:
            return here.where(what).correlate_except(items).exists()

        errs = (some(condition.is_(None)), sa.null())
        missing = (owner.is_(None), sa.null())
        if node.kind == "exists":
            return sa.case(missing, (some(condition), sa.true()), errs, else_=sa.false())
        if node.kind == "all":
            return sa.case(missing, (some(sa.not_(condition)), sa.false()), errs, else_=sa.true())
        met = here.where(condition).with_only_columns(sa.func.count()).correlate_except(items).scalar_subquery()
        return sa.case(missing, errs, else_=met == 1)


def _among(value: Element, values: list[Any]) -> Element:
    """``IN``, which for an empty list would be false of a missing value too."""
    return value.in_(values) if values else sa.case((value.is_not(None), sa.false()))


def _plain(value: object) -> Any:
    """A constant as tables keep it: instants and spans in microseconds."""
    return int(value) // MICROSECOND if isinstance(value, (Timestamp, Duration)) else value


def _constant(value: object) -> Element:
    plain = _plain(value)
    if plain is True or plain is False:
        return sa.true() if plain else sa.false()
    kinds: dict[type, Any] = {int: sa.BigInteger, float: sa.Double}
    return sa.literal(plain, kinds.get(type(plain), sa.Text))


def _integer(value: Element) -> Element:
    return sa.cast(value, sa.BigInteger)


def columns(fields: Mapping[str, Type], dialect: Literal["sqlite", "postgresql"]) -> list[sa.Column[Any]]:
    """The columns in which values of these types lie as the expressions expect them; ``id`` is the primary key."""
    kinds: dict[Type, Any] = {INT: sa.BigInteger, DOUBLE: sa.Double, BOOL: sa.Boolean}
    kinds |= {TIMESTAMP: sa.BigInteger, DURATION: sa.BigInteger}
    found: list[sa.Column[Any]] = []
    for name, kind in fields.items():
        if kind == MONEY:
            found += [sa.Column(f"{name}_amount", sa.BigInteger), sa.Column(f"{name}_currency", sa.Text)]
        else:
            json = JSONB(none_as_null=True) if dialect == "postgresql" else sa.JSON(none_as_null=True)
            plain = sa.Text if is_text(kind) else kinds.get(kind, json)
            found.append(sa.Column(name, plain, primary_key=name == "id"))
    return found


def row(record: Mapping[str, Any], fields: Mapping[str, Type]) -> dict[str, Any]:
    """A record as a row of those columns; what is missing is NULL."""
    found: dict[str, Any] = {}
    for name, kind in fields.items():
        value = record.get(name)
        if kind == MONEY:
            money = value or {}
            found[f"{name}_amount"], found[f"{name}_currency"] = money.get("amount"), money.get("currency")
        else:
            found[name] = _plain(value)
    return found
