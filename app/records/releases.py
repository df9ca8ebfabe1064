"""The append-only store of releases, the same on SQLite and on PostgreSQL; beside the events, in one database.

The release with the highest number is live, so exactly one is. A document's bytes are kept once, under their hash. Each
release notes how many events were stored before it: an event belongs to the release that was live when it was stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    func,
    insert,
    select,
)

from app.records import events
from app.records.database import Store, StoreError, append_only
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from engine.releases.content import EMPTY, Name, ReleaseContent
from engine.releases.migration import Migration
from engine.releases.renaming import Renaming, followed
from engine.releases.rows import Rows

if TYPE_CHECKING:
    from engine.machines.model import Machine

_SHOWN = 8

METADATA = MetaData()
RELEASES = Table(
    "releases",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("author", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("published_at", BigInteger, nullable=False, comment="nanoseconds since 1970-01-01T00:00:00Z"),
    Column("hash", String, nullable=False, comment="SHA-256 over the documents' names and bytes"),
    Column("restores", Integer, comment="the earlier release whose content this one brings back"),
    Column("after_event", BigInteger, nullable=False, comment="the number of the last event stored before it"),
    Column("migrate", Text, nullable=False),
    Column("notes", Text, nullable=False),
)
TEXTS = Table(
    "release_texts",
    METADATA,
    Column("hash", String, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
DOCUMENTS = Table(
    "release_documents",
    METADATA,
    Column("release", Integer, primary_key=True, autoincrement=False),
    Column("path", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("id", String, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("text", String, nullable=False, comment="the hash under which the bytes are kept"),
)
append_only(RELEASES, ("number = NEW.number",))
append_only(TEXTS, ("hash = NEW.hash",))
append_only(DOCUMENTS, ("release = NEW.release AND path = NEW.path",))


@dataclass(frozen=True, slots=True)
class Release:
    """What is known of a release beside its documents. ``restores`` is the release that a rollback brought back.

    ``after_event`` is the number of the last event stored before it, 0 where there was none.
    """

    number: int
    author: str
    message: str
    published_at: Timestamp
    hash: str
    restores: int | None = None
    after_event: int = 0
    migrate: Migration = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The form that ``virel release list --format json`` prints."""
        return {
            "number": self.number,
            "author": self.author,
            "message": self.message,
            "published_at": self.published_at.text(),
            "hash": self.hash,
            "restores": self.restores,
            "after_event": self.after_event,
            "migrate": self.migrate,
            "notes": self.notes,
        }


class PublishedSinceError(StoreError):
    """Somebody published after the release that this publication began from; nothing was stored.

    ``base`` is that release, and ``both`` says what that somebody and this publication both changed.
    """

    def __init__(self, base: int, since: Sequence[tuple[Release, Sequence[str]]]) -> None:
        told = "; ".join(
            f'release {one.number} by {one.author}, "{one.message}" ({_listed(files)})' for one, files in since
        )
        super().__init__(
            f"this began from release {base}, and since then there is {told}; take that over, see what is left with "
            f"`virel release diff`, and publish with --base {since[-1][0].number}"
        )
        self.base = base
        self.since = [one for one, _ in since]
        self.both = ""

    def __str__(self) -> str:
        return f"{super().__str__()}\n{self.both}".rstrip("\n")


class UnknownReleaseError(StoreError):
    """There is no release of this number."""

    def __init__(self, number: int, live: int) -> None:
        known = f"they are numbered 1 to {live}" if live else "nothing has been published yet"
        super().__init__(f"there is no release {number}: {known}")


class ReleaseStore(Store):
    """Releases in a database, beside its events."""

    name = "release store"
    metadata = (events.METADATA, METADATA)
    table = RELEASES

    @contextmanager
    def reading(self) -> Iterator[Releases]:
        """Looking at the store; what is published never changes, so what is read fits together."""
        with self.transaction() as connection:
            yield Releases(connection)

    @contextmanager
    def publishing(self) -> Iterator[Publishing]:
        """The store while nobody else publishes or stores an event. What is done in it stands when it ends without an
        exception, all or nothing.
        """
        with self.transaction(writing=True) as connection:
            yield Publishing(connection)


class Releases:
    """Looking at releases, within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[Release]:
        """Every release, oldest first."""
        return [_release(row) for row in self._connection.execute(select(RELEASES).order_by(RELEASES.c.number))]

    def live(self) -> Release | None:
        """The release in force; None before the first."""
        query = select(RELEASES).order_by(RELEASES.c.number.desc()).limit(1)
        row = self._connection.execute(query).first()
        return _release(row) if row is not None else None

    def get(self, number: int) -> Release:
        """The release of a number. Raises ``UnknownReleaseError``."""
        row = self._connection.execute(select(RELEASES).where(RELEASES.c.number == number)).first()
        if row is None:
            live = self.live()
            raise UnknownReleaseError(number, live.number if live else 0)
        return _release(row)

    def content(self, number: int) -> ReleaseContent:
        """The documents of a release; none for number 0, the state before the first. Raises ``UnknownReleaseError``."""
        if number == 0:
            return EMPTY
        release = self.get(number)
        query = select(DOCUMENTS.c.path, TEXTS.c.content).join(TEXTS, TEXTS.c.hash == DOCUMENTS.c.text)
        rows = self._connection.execute(query.where(DOCUMENTS.c.release == number))
        content = ReleaseContent({row.path: bytes(row.content) for row in rows})
        if content.hash != release.hash:
            raise StoreError(f"the documents of release {number} are not those that were published: their hash differs")
        return content

    def changed_files(self, number: int) -> list[str]:
        """The files that a release added, changed or removed, sorted."""
        one, before = self._files(number), self._files(number - 1)
        return sorted(path for path in one.keys() | before.keys() if one.get(path) != before.get(path))

    def last_versions(self) -> dict[Name, int]:
        """The highest version ever published of each document."""
        query = select(DOCUMENTS.c.kind, DOCUMENTS.c.id, func.max(DOCUMENTS.c.version).label("version"))
        rows = self._connection.execute(query.group_by(DOCUMENTS.c.kind, DOCUMENTS.c.id))
        return {(row.kind, row.id): row.version for row in rows}

    def document(self, kind: str, id: str, version: int) -> bytes | None:
        """The text that a version of a document means, whatever has been published since; None where there is none. A
        running SLA clock keeps the policy and the calendar that it started with.
        """
        query = select(TEXTS.c.content).join(DOCUMENTS, TEXTS.c.hash == DOCUMENTS.c.text).limit(1)
        named = (DOCUMENTS.c.kind == kind, DOCUMENTS.c.id == id, DOCUMENTS.c.version == version)
        content = self._connection.scalar(query.where(*named))
        return bytes(content) if content is not None else None

    def in_force(self, seq: int) -> int | None:
        """The number of the release that was live when an event of this number was stored; None before the first."""
        query = select(func.max(RELEASES.c.number)).where(RELEASES.c.after_event < seq)
        number: int | None = self._connection.scalar(query)
        return number

    def rows(self, machines: Mapping[str, Machine]) -> dict[str, dict[str, str]]:
        """Where every entity stands now, by machine and id: the stored events, with each release's migration between."""
        rows = Rows(machines)
        migrations = [(one.after_event, one.migrate) for one in reversed(self.all()) if one.migrate]
        for seq, event in events.stored(self._connection):
            while migrations and migrations[-1][0] < seq:
                rows.migrate(migrations.pop()[1])
            rows.take(event)
        for _, plan in reversed(migrations):
            rows.migrate(plan)
        return rows.states

    def begin_from(self, base: int) -> None:
        """Raises ``PublishedSinceError`` unless ``base`` is live, ``UnknownReleaseError`` where it never was."""
        live = self.live()
        number = live.number if live is not None else 0
        if base > number or base < 0:
            raise UnknownReleaseError(base, number)
        if base < number:
            since = [(one, self.changed_files(one.number)) for one in self.all() if one.number > base]
            raise PublishedSinceError(base, since)

    def events(self, number: int, machines: Mapping[str, Machine]) -> Iterator[WireEvent]:
        """The events stored beside the releases, in their order, with states as release ``number`` calls them.

        ``machines`` are that release's. What a migration since an event has made of its states is put in their place.
        """
        plans = [(one.after_event, one.migrate) for one in self.all() if one.migrate and one.number <= number]
        left = [(seq, Renaming(plan, machines, machines)) for seq, plan in _from_each(plans)]
        for seq, event in events.stored(self._connection):
            while left and left[0][0] < seq:
                left.pop(0)
            known = left[0][1].of(event) if left else event
            if known is not None:
                yield known

    def _files(self, number: int) -> dict[str, str]:
        query = select(DOCUMENTS.c.path, DOCUMENTS.c.text).where(DOCUMENTS.c.release == number)
        return {row.path: row.text for row in self._connection.execute(query)}


class Publishing(Releases):
    """Publishing, within a transaction that has the store to itself."""

    def add(
        self,
        content: ReleaseContent,
        *,
        author: str,
        message: str,
        at: Timestamp,
        restores: int | None = None,
        migrate: Migration | None = None,
        notes: Mapping[str, Any] | None = None,
    ) -> Release:
        """The next release, live from the end of the transaction on. Its documents must be sound."""
        connection = self._connection
        live = self.live()
        seq = connection.scalar(select(func.coalesce(func.max(events.EVENTS.c.seq), 0))) or 0
        number = live.number + 1 if live is not None else 1
        release = Release(
            number, author, message, at, content.hash, restores, seq, dict(migrate or {}), dict(notes or {})
        )
        named = {document.source.file: document for document in content.named.values()}
        hashes = {path: sha256(text).hexdigest() for path, text in content.documents.items()}
        known = set(connection.scalars(select(TEXTS.c.hash)))
        texts = {hashes[path]: text for path, text in content.documents.items() if hashes[path] not in known}
        if texts:
            connection.execute(insert(TEXTS), [{"hash": hash, "content": text} for hash, text in texts.items()])
        rows = [
            {
                "release": number,
                "path": path,
                "kind": named[path].kind,
                "id": named[path].id,
                "version": named[path].version,
                "text": hashes[path],
            }
            for path in content.documents
        ]
        connection.execute(insert(DOCUMENTS), rows)
        connection.execute(
            insert(RELEASES),
            {
                "number": number,
                "author": author,
                "message": message,
                "published_at": int(at),
                "hash": release.hash,
                "restores": restores,
                "after_event": seq,
                "migrate": _json(release.migrate),
                "notes": _json(release.notes),
            },
        )
        return release


def _from_each(plans: Sequence[tuple[int, Migration]]) -> list[tuple[int, Migration]]:
    """For each migration, in order: the event it came after, and what it and all later ones make of states together."""
    found: list[tuple[int, Migration]] = []
    later: Migration = {}
    for seq, plan in reversed(plans):
        later = followed(plan, later)
        found.insert(0, (seq, later))
    return found


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _release(row: Any) -> Release:
    return Release(
        row.number,
        row.author,
        row.message,
        Timestamp(row.published_at),
        row.hash,
        row.restores,
        row.after_event,
        orjson.loads(row.migrate),
        orjson.loads(row.notes),
    )


def _listed(files: Sequence[str]) -> str:
    shown = ", ".join(files[:_SHOWN])
    return f"{shown} and {len(files) - _SHOWN} more" if len(files) > _SHOWN else shown
