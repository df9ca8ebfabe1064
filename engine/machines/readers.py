"""Readers: whole JSON objects become records of declared fields.

Events of one type nearly always carry the same keys, so for every set of keys that occurs a function is generated that
tests all values in one expression. What it does not like is read again value by value, for a sentence that helps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.conditions.scope import Field, Relation
from engine.conditions.types import BOOL, DOUBLE, INT, MONEY, STRING, ZONE, EntityType, EnumType, StateType, Type
from engine.machines.records import INT64, Converter, UnfitValue, converter, text

Fast = Callable[[Mapping[str, Any]], "dict[str, Any] | None"]
MOST_SHAPES = 200
"""How many sets of keys a reader generates code for; a log with more has no usual shape."""


class Reader:
    """Turns JSON objects into records of declared fields and relations; unknown keys and nulls are dropped.

    ``required`` names what a complete record must hold, ``signature`` is equal for readers that read alike.
    """

    def __init__(
        self,
        fields: Mapping[str, Field],
        relations: Mapping[str, Relation],
        states: Callable[[str], frozenset[str]],
    ) -> None:
        self._kinds: dict[str, Type] = {name: field.type for name, field in fields.items()}
        self._kinds.update({name: EntityType(relation.machine) for name, relation in relations.items()})
        self._converters: dict[str, Converter] = {name: converter(field.type, states) for name, field in fields.items()}
        self._converters.update(dict.fromkeys(relations, text))
        self._known: dict[str, frozenset[str]] = {
            name: kind.values if isinstance(kind, EnumType) else states(kind.machine)
            for name, kind in self._kinds.items()
            if isinstance(kind, (EnumType, StateType))
        }
        self._fast: dict[tuple[str, ...], Fast] = {}
        self.required = tuple(
            name for group in (fields, relations) for name, member in group.items() if not member.optional
        )
        self.signature = tuple(
            (name, str(kind), tuple(sorted(self._known.get(name, ())))) for name, kind in sorted(self._kinds.items())
        )

    def read(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The record of ``values``, which is ``values`` itself where nothing had to be converted or dropped.

        Raises UnfitValue naming the field.
        """
        shape = tuple(values)
        fast = self._fast.get(shape)
        if fast is None:
            if len(self._fast) >= MOST_SHAPES:
                return self._one_by_one(values)
            fast = self._fast[shape] = self._generated(shape)
        record = fast(values)
        return self._one_by_one(values) if record is None else record

    def value(self, name: str, value: Any) -> Any:
        """One field's value; raises KeyError for an undeclared field and UnfitValue for a value that does not fit."""
        try:
            return self._converters[name](value)
        except UnfitValue as problem:
            raise UnfitValue(f'"{name}": {problem}') from None

    def _one_by_one(self, values: Mapping[str, Any]) -> dict[str, Any]:
        known = self._converters
        return {name: self.value(name, value) for name, value in values.items() if value is not None and name in known}

    def _generated(self, shape: tuple[str, ...]) -> Fast:
        """Answers None where some value is not plainly right."""
        names: dict[str, Any] = {"UnfitValue": UnfitValue}
        tests: list[str] = []
        kept: list[str] = []
        converted: list[str] = []
        for number, name in enumerate(shape):
            if name not in self._converters:
                continue
            value = f"v{number}"
            test = self._test(name, value, names, number)
            if test is not None:
                tests.append(test)
                kept.append(f"{name!r}: {value}")
                continue
            if self._kinds[name] == DOUBLE:
                tests.append(f"({value}.__class__ is float or {value}.__class__ is int)")
                made = f"{value} if {value}.__class__ is float else float({value})"
            else:
                names[f"convert{number}"] = self._converters[name]
                made = f"convert{number}({value})"
            kept.append(f"{name!r}: {made}")
            converted.append(f"{name!r}: {made}")
        record = "{" + ", ".join(kept) + "}"
        if len(kept) == len(shape):  # a copy is made faster than a record of every value
            record = "{" + ", ".join(["**values", *converted]) + "}" if converted else "values"
        source = (
            f"def read(values):\n    [{', '.join(f'v{number}' for number in range(len(shape)))}] = values.values()\n"
            f"    if not ({' and '.join(tests) or 'True'}):\n        return None\n"
            f"    try:\n        return {record}\n    except UnfitValue:\n        return None\n"
        )
        exec(compile(source, "<reader>", "exec"), names)  # noqa: S102 our own generated code
        fast: Fast = names["read"]
        return fast

    def _test(self, name: str, value: str, names: dict[str, Any], number: int) -> str | None:
        """The test of a value that needs no conversion; None for one that does."""
        kind = self._kinds[name]
        if kind in (STRING, ZONE) or isinstance(kind, EntityType):
            return f"{value}.__class__ is str"
        if kind == BOOL:
            return f"{value}.__class__ is bool"
        if kind == INT:
            return f"{value}.__class__ is int and {-INT64} <= {value} < {INT64}"
        if kind == MONEY:
            return (
                f"{value}.__class__ is dict and len({value}) == 2 and {value}.get('amount').__class__ is int"
                f" and {-INT64} <= {value}['amount'] < {INT64} and {value}.get('currency').__class__ is str and len({value}['currency']) == 3"
            )
        if name in self._known:
            names[f"known{number}"] = self._known[name]
            return f"{value}.__class__ is str and {value} in known{number}"
        return None
