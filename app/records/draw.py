"""Writes the first revision of the schema anew from the tables: ``python -m app.records.draw``, for developers.

Once a store exists that must be kept, the first revision is history and this file goes; what changes then is a revision
of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable, SetColumnComment, SetTableComment

from app.records.database import GUARDS
from app.records.metadata import METADATA
from app.store.guards import statements
from app.store.schema import FIRST, SEPARATOR

DIALECTS: dict[str, sa.Dialect] = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}  # type: ignore[no-untyped-call]


def up(name: str) -> Iterator[str]:
    """The statements that make every table with its indexes, comments and guards."""
    dialect = DIALECTS[name]
    for metadata in METADATA:
        for table in metadata.sorted_tables:
            yield _said(CreateTable(table), dialect)
            for index in sorted(table.indexes, key=lambda one: str(one.name)):
                yield _said(CreateIndex(index), dialect)
            if dialect.supports_comments:
                if table.comment:
                    yield _said(SetTableComment(table), dialect)
                for column in table.columns:
                    if column.comment:
                        yield _said(SetColumnComment(column), dialect)
            yield from table.info.get(GUARDS, {}).get(name, ())
    yield from statements(name)


def down(name: str) -> Iterator[str]:
    """The statements that take all of it away."""
    for metadata in reversed(METADATA):
        for table in reversed(metadata.sorted_tables):
            yield _said(DropTable(table), DIALECTS[name])
    if name == "postgresql":
        for function in _refusals():
            yield f"DROP FUNCTION {function}()"


def _refusals() -> Iterator[str]:
    for statement in up("postgresql"):
        if statement.startswith("CREATE OR REPLACE FUNCTION "):
            yield statement.removeprefix("CREATE OR REPLACE FUNCTION ").partition("(")[0]


def _said(element: sa.schema.ExecutableDDLElement, dialect: sa.Dialect) -> str:
    lines = str(element.compile(dialect=dialect)).strip().replace("\t", "    ").splitlines()
    return "\n".join(line.rstrip() for line in lines if line.strip())


def draw() -> None:
    """Writes the files."""
    for name in DIALECTS:
        for direction, said in (("up", up(name)), ("down", down(name))):
            text = SEPARATOR.join(said) + "\n"
            (FIRST / f"{direction}.{name}.sql").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    draw()
