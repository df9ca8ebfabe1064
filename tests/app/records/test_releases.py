"""The release store: numbered, immutable, each text once; the same on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.records.database import WRITING, NoStoreError, StoreError, open_database
from app.records.events import EventStore
from app.records.releases import ReleaseStore, UnknownReleaseError
from engine.conditions.values import Timestamp
from engine.releases.content import EMPTY, ReleaseContent, content_of
from tests.engine.releases.editing import BASE


@pytest.fixture
def store(url: str) -> Iterator[ReleaseStore]:
    store = ReleaseStore.open(url)
    yield store
    store.close()


def add(store: ReleaseStore, content: ReleaseContent, message: str = "x") -> int:
    with store.publishing() as turn:
        return turn.add(content, author="ann", message=message, at=Timestamp(1_234)).number


def test_releases_come_back_as_they_were(store: ReleaseStore) -> None:
    base = content_of(BASE)
    fewer = ReleaseContent(dict(list(base.documents.items())[:2]))
    assert [add(store, one) for one in (base, fewer, base)] == [1, 2, 3]
    with store.reading() as releases:
        assert [releases.content(number) for number in (0, 1, 2, 3)] == [EMPTY, base, fewer, base]
        assert [(one.number, one.hash, one.published_at) for one in releases.all()] == [
            (1, base.hash, Timestamp(1_234)),
            (2, fewer.hash, Timestamp(1_234)),
            (3, base.hash, Timestamp(1_234)),
        ]
        live = releases.live()
        assert live is not None
        assert live.number == 3
        assert releases.changed_files(1) == sorted(base.documents)
        assert releases.changed_files(3) == sorted(base.documents)[2:]
        assert releases.last_versions()["rule", "confirm-on-deposit"] == 1
        with pytest.raises(UnknownReleaseError, match=r"^there is no release 4: they are numbered 1 to 3$"):
            releases.content(4)


def test_a_text_is_kept_once(store: ReleaseStore, url: str) -> None:
    for _ in range(3):
        add(store, content_of(BASE))
    database = open_database(url)
    with database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM release_texts")) == len(content_of(BASE).documents)
    database.dispose()


def test_before_the_first_release_there_is_nothing(store: ReleaseStore) -> None:
    with store.reading() as releases:
        assert (releases.live(), releases.all(), releases.last_versions(), releases.in_force(1)) == (None, [], {}, None)
        with pytest.raises(UnknownReleaseError, match=r"^there is no release 1: nothing has been published yet$"):
            releases.get(1)


def test_a_publication_that_fails_leaves_nothing(store: ReleaseStore) -> None:
    def interrupted() -> None:
        with store.publishing() as turn:
            turn.add(content_of(BASE), author="ann", message="x", at=Timestamp(1))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with store.reading() as releases:
        assert releases.all() == []


CHANGES = [
    "UPDATE releases SET message = 'other'",
    "DELETE FROM releases",
    "UPDATE release_documents SET version = 9",
    "DELETE FROM release_documents",
    "UPDATE release_texts SET content = release_texts.content",
    "DELETE FROM release_texts",
]
OWN_CHANGES = {
    "sqlite": [
        "REPLACE INTO releases SELECT * FROM releases",
        "REPLACE INTO release_documents SELECT * FROM release_documents",
        "REPLACE INTO release_texts SELECT * FROM release_texts",
    ],
    "postgresql": ["TRUNCATE releases", "TRUNCATE release_documents", "TRUNCATE release_texts"],
}


def test_nothing_changes_what_is_published(store: ReleaseStore, url: str) -> None:
    add(store, content_of(BASE))
    database = open_database(url)

    def run(statement: str) -> None:
        with database.connect() as connection:
            writing = connection.execution_options(**WRITING)
            with writing.begin():
                writing.execute(text(statement))

    for statement in CHANGES + OWN_CHANGES[database.dialect.name]:
        with pytest.raises(DBAPIError, match="append-only"):
            run(statement)
    database.dispose()
    with store.reading() as releases:
        assert releases.content(1) == content_of(BASE)


def test_documents_that_are_not_those_published_are_noticed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    store = ReleaseStore.open(url)
    add(store, content_of(BASE))
    database = open_database(url)
    with database.connect() as connection, connection.execution_options(**WRITING).begin():
        connection.execute(text("DROP TRIGGER release_texts_no_update"))
        connection.execute(text("UPDATE release_texts SET content = X'00'"))
    database.dispose()
    with store.reading() as releases, pytest.raises(StoreError, match="their hash differs"):
        releases.content(1)
    store.close()


def test_reading_makes_no_store(tmp_path: Path, url: str) -> None:
    with pytest.raises(NoStoreError):
        ReleaseStore.open(f"sqlite:///{tmp_path}/none.db", reading=True)
    assert not (tmp_path / "none.db").exists()
    EventStore.open(url).close()
    with pytest.raises(NoStoreError, match="no release store"):
        ReleaseStore.open(url, reading=True)
