"""The front door of importing: a log and its mapping in, events out, and an account of every row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.diagnostics import Diagnostic
from engine.events.envelope import encode
from engine.importing import messages
from engine.importing.emit import Tally, events_of
from engine.importing.gather import Progress, Skip, gather
from engine.importing.model import ImportMapping
from engine.importing.rows import Log, UnreadableLogError, opened_log

_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a log. ``entities`` counts the cases of each machine, ``events`` the rows that made one."""

    entities: dict[str, int]
    rows: int
    events: int
    created: int
    skipped: tuple[Skip, ...]

    def as_json(self) -> dict[str, object]:
        """The form that ``virel events import --format json`` prints."""
        return {
            "entities": self.entities,
            "rows": self.rows,
            "events": self.events,
            "created": self.created,
            "skipped": [
                {"line": skip.line, "code": skip.reason.code, "reason": skip.reason.text} for skip in self.skipped
            ],
        }


def import_log(
    log: Path,
    mapping: ImportMapping,
    write: Callable[[bytes], None],
    *,
    file: str | None = None,
    progress: Progress | None = None,
) -> Account:
    """Writes the events of ``log`` line by line and accounts for its rows.

    All rows are read before the first event is written, since late ones must find their place. ``file`` is the name
    used in diagnostics. Raises ``UnreadableLogError``.
    """
    name = file if file is not None else str(log)
    with opened_log(log, name) as opened:
        if problems := list(_unknown_columns(opened, mapping)):
            raise UnreadableLogError(problems)
        gathered = gather(opened, mapping, progress)
    tally = Tally(0, 0, {entity.machine.id: 0 for entity in mapping.entities})
    for event in events_of(gathered, _digest(log, name), tally):
        write(encode(event))
    return Account(tally.entities, gathered.rows, tally.events, tally.created, tuple(gathered.skipped))


def _unknown_columns(log: Log, mapping: ImportMapping) -> Iterable[Diagnostic]:
    """A table says its columns once; a name that is not among them is the mapping's mistake, not each row's."""
    if log.header is None:
        return
    for columns in mapping.columns():
        for name in columns.names:
            if name not in log.header:
                yield messages.unknown_column(columns.place, name, log.header)
            elif log.header.count(name) > 1:
                yield messages.ambiguous_column(columns.place, name)


def _digest(log: Path, name: str) -> str:
    try:
        with log.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()[:_DIGITS]
    except OSError as error:
        raise UnreadableLogError([messages.log_unreadable(name, str(error.strerror))]) from error
