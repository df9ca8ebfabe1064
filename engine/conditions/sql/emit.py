"""A checked condition as an SQLAlchemy expression over one table: paths, comparisons, rounds over other entities.

Only what ``engine.conditions.listable`` passes comes here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from engine.conditions import tree
from engine.conditions.condition import Condition
from engine.conditions.group import Group
from engine.conditions.listable import CASES, COMPARISONS, ROUNDS, SUMS, TEXTS
from engine.conditions.sql.operators import among, of_text, summed
from engine.conditions.sql.store import Asker, Element, Store, Table, constant, plain
from engine.conditions.tree import Call, Hop, Ident, Inverse, ListNode, Macro, Node, Read, Select
from engine.conditions.types import DOUBLE, MONEY, ObjectType, OptionalType, is_text

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "_==_": operator.eq,
    "_!=_": operator.ne,
    "_<_": operator.lt,
    "_<=_": operator.le,
    "_>_": operator.gt,
    "_>=_": operator.ge,
}


class Emitter:
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

    def of_actor(self, node: Select) -> bool:
        """Whether a path asks who asks."""
        kind = self.types(node.operand)
        return isinstance(kind, ObjectType) and kind.name == "actor"

    def value(self, node: Node) -> Element:
        """A node that yields a value."""
        match node:
            case tree.Literal():
                return constant(node.value)
            case Read():
                now = self.asker.now
                return constant(now) if isinstance(now, int) else now
            case Select():
                return self._select(node)
            case Macro():
                return self._macro(node)
            case Call():
                return self._call(node)
        raise AssertionError(node)

    def _select(self, node: Select) -> Element:
        if self.of_actor(node):
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
            return summed(self.store.dialect, node.function, list(map(self.value, node.args)), self.types(node))
        if name in TEXTS or name in CASES:
            assert node.target is not None
            return of_text(self.store.dialect, node.function, *map(self.value, (node.target, *node.args)))
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
            return constant(node.value["amount"]), constant(node.value["currency"])
        assert isinstance(node, Select)
        name = node.field
        amount = self.of(node.operand, lambda table: table.c[f"{name}_amount"])
        return amount, self.of(node.operand, lambda table: table.c[f"{name}_currency"])

    def _in(self, left: Node, right: Node) -> Element:
        value = self.value(left)
        if isinstance(right, Select) and self.of_actor(right):
            return among(value, list(self.asker.actor[right.field]))
        if isinstance(right, Select):
            return self._in_column(value, right)
        assert isinstance(right, ListNode)
        kinds = {self.types(item) for item in right.items}
        alike = DOUBLE not in kinds and self.types(left) != DOUBLE
        if alike and all(isinstance(item, tree.Literal) for item in right.items):
            return among(value, [plain(item.value) for item in right.items])  # type: ignore[attr-defined]
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
