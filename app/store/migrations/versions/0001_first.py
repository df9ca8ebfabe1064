"""Everything that Release 1 keeps. A store that holds events and releases already keeps them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.store.schema import statements_of

revision = "0001"
down_revision = None
EARLIER = ("events", "releases", "release_texts", "release_documents")
"""Tables that the commands of Release 0 made by themselves, in a store of their own."""
ADDED = {"events": ("release INTEGER", "transition VARCHAR", "state VARCHAR")}
"""Columns that those tables did not have from the beginning."""


def upgrade() -> None:
    """Makes the tables with their guards."""
    connection = op.get_bind()
    inspector = sa.inspect(connection)
    there = {table for table in EARLIER if inspector.has_table(table)}
    for statement in statements_of("up", connection.dialect.name):
        if not any(_is_of(statement, table) for table in there):
            connection.exec_driver_sql(statement)
    for table in sorted(there & ADDED.keys()):
        known = {column["name"] for column in inspector.get_columns(table)}
        for column in ADDED[table]:
            if column.split()[0] not in known:
                connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column}")


def downgrade() -> None:
    """Takes the tables away."""
    connection = op.get_bind()
    for statement in statements_of("down", connection.dialect.name):
        connection.exec_driver_sql(statement)


def _is_of(statement: str, table: str) -> bool:
    """Whether a statement makes something of a table: the table itself, an index, a comment or a guard."""
    words = statement.replace("(", " ").replace(".", " ").split()
    return table in words or any(word.startswith((f"{table}_no_", f"{table}_refuse")) for word in words)
