"""What the database itself refuses: a model booked firmly twice at one time, a change of what happened.

PostgreSQL has exclusion constraints; on SQLite triggers do the same, which is sound since only one transaction writes at
a time. The messages are read by ``app.road.conflicts``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Two rows of ``table`` in one of ``states`` with the same ``target`` may not overlap in time."""

    table: str
    target: str
    states: tuple[str, ...]

    @property
    def name(self) -> str:
        """The constraint's name, which says who was refused."""
        return f"{self.table}_firm_once"


EXCLUSIONS = (
    Exclusion("bookings", "model", ("confirmed", "on_set")),
    Exclusion("slots", "model", ("taken", "away")),
)
APPEND_ONLY = ("audit", "audit_roots", "rule_runs", "codes")


def statements(dialect: str) -> Iterator[str]:
    """The statements that put the guards in place."""
    if dialect == "postgresql":
        yield "CREATE EXTENSION IF NOT EXISTS btree_gist"
    for one in EXCLUSIONS:
        yield from _postgresql(one) if dialect == "postgresql" else _sqlite(one)
    for table in APPEND_ONLY:
        yield from _append_only(table, dialect)


def undoing(dialect: str) -> Iterator[str]:
    """The statements that take the guards away, before their tables go."""
    if dialect == "postgresql":
        for table in APPEND_ONLY:
            yield f"DROP FUNCTION IF EXISTS {table}_refuse() CASCADE"


def _states(one: Exclusion) -> str:
    return ", ".join(f"'{state}'" for state in one.states)


def _postgresql(one: Exclusion) -> Iterator[str]:
    yield (
        f"ALTER TABLE {one.table} ADD CONSTRAINT {one.name} EXCLUDE USING gist "
        f"({one.target} WITH =, int8range(starts_at, ends_at) WITH &&) WHERE (status IN ({_states(one)}))"
    )


def _sqlite(one: Exclusion) -> Iterator[str]:
    there = (
        f"SELECT other.id FROM {one.table} AS other WHERE other.{one.target} = NEW.{one.target} "  # noqa: S608 - no text from outside
        f"AND other.id <> NEW.id AND other.status IN ({_states(one)}) "
        "AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at LIMIT 1"
    )
    for when in ("INSERT", f"UPDATE OF status, {one.target}, starts_at, ends_at"):
        name = f"{one.name}_{when.split()[0].lower()}"
        yield (
            f"CREATE TRIGGER {name} BEFORE {when} ON {one.table} "
            f"WHEN NEW.status IN ({_states(one)}) AND EXISTS ({there}) "
            f"BEGIN SELECT RAISE(ABORT, '{one.name}'); END"
        )


def _append_only(table: str, dialect: str) -> Iterator[str]:
    refusal = f"{table} is append-only"
    if dialect == "sqlite":
        for what in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        return
    yield (
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
    )
    yield (
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )
    yield (
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )
