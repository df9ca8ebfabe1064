"""The schema of a store and its revisions (Alembic): a store is brought to the newest before anything works on it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

MIGRATIONS = Path(__file__).parent / "migrations"
FIRST = MIGRATIONS / "first"
"""The statements of the first revision, one file a dialect and direction."""
SEPARATOR = "\n\n"
"""Between the statements of a file; none has an empty line within."""
WRITING = {"virel_writing": True}
"""SQLite then takes its write lock at the beginning: see ``app.records.database``."""
_TURN = 0x56_49_52_53_43  # the advisory lock on which those who migrate a PostgreSQL store take turns


def upgrade(database: Engine, revision: str = "head") -> None:
    """Brings a store to a revision, all of it or nothing. Two that do so at once take turns."""
    with database.connect() as plain:
        connection = plain.execution_options(**WRITING)
        with connection.begin():
            command.upgrade(_config(_alone(connection)), revision)


def create_schema(database: Engine) -> None:
    """Makes every table of an empty store."""
    upgrade(database)


def downgrade(database: Engine, revision: str = "base") -> None:
    """Takes a store back to an earlier revision; with ``base`` nothing of it is left."""
    with database.connect() as plain:
        connection = plain.execution_options(**WRITING)
        with connection.begin():
            command.downgrade(_config(_alone(connection)), revision)


def revision_of(database: Engine) -> str | None:
    """The revision of a store; None where it never had one."""
    with database.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision that this version of the platform works with."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    assert head is not None
    return head


def is_current(database: Engine) -> bool:
    """Whether a store is of the revision that this version works with."""
    return revision_of(database) == newest()


def statements_of(direction: str, dialect: str) -> list[str]:
    """The statements of the first revision."""
    file = FIRST / f"{direction}.{dialect}.sql"
    return file.read_text(encoding="utf-8").rstrip("\n").split(SEPARATOR)


def _alone(connection: Connection) -> Connection:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _TURN})
    return connection


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
