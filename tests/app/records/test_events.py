"""The event store: once under an id, in order, for ever; the same on both databases."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.records.database import WRITING, StoreError, open_database, transaction
from app.records.events import Appended, ConflictingEventError, EventStore
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent


def event(number: int, subject: str = "a", root: str | None = None, machine: str = "case") -> WireEvent:
    return WireEvent(
        id=f"e{number}", type=f"{machine}.created", time=Timestamp(number * 10**9), subject=subject, root=root, data={"n": number, "ü": [None, 0.5]}
    )  # fmt: skip


@pytest.fixture
def store(url: str) -> Iterator[EventStore]:
    store = EventStore.open(url)
    yield store
    store.close()


def test_events_come_back_as_they_were_in_their_order(store: EventStore) -> None:
    events = [event(number) for number in (3, 1, 2)]
    assert store.append(events) == Appended(3, 0)
    assert list(store.read()) == list(enumerate(events, 1))
    assert [seq for seq, _ in store.read(after=2)] == [3]


def test_an_event_is_kept_once(store: EventStore) -> None:
    assert store.append([event(1), event(1), event(2)]) == Appended(2, 1)
    assert store.append([event(2), event(3)]) == Appended(1, 1)
    assert [one.id for _, one in store.read()] == ["e1", "e2", "e3"]
    assert [seq for seq, _ in store.read()] == [1, 2, 3]


def test_another_event_under_a_known_id_is_refused_with_all_that_came_with_it(store: EventStore) -> None:
    store.append([event(1)])
    other = msgspec.structs.replace(event(1), data={"n": 2})
    with pytest.raises(ConflictingEventError, match='"e1"'):
        store.append([event(2), other])
    with pytest.raises(ConflictingEventError):
        store.append([event(5), msgspec.structs.replace(event(5), subject="b")])
    assert [one.id for _, one in store.read()] == ["e1"]


def test_an_interrupted_append_stores_nothing(store: EventStore) -> None:
    def interrupted() -> Iterator[WireEvent]:
        for number in range(1200):
            yield event(number)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.append(interrupted())
    assert list(store.read()) == []


def test_events_are_found_by_entity_root_and_time(store: EventStore) -> None:
    store.append([event(1, "a"), event(2, "b", root="e1"), event(3, "a", machine="other"), event(4, "a")])

    def found(**bounds: object) -> list[str]:
        return [one.id for _, one in store.read(**bounds)]  # type: ignore[arg-type]

    assert found(machine="case") == ["e1", "e2", "e4"]
    assert found(machine="case", subject="a") == ["e1", "e4"]
    assert found(root="e1") == ["e1", "e2"]
    assert found(since=Timestamp(2 * 10**9), until=Timestamp(4 * 10**9)) == ["e2", "e3"]
    assert found(machine="case", subject="a", after=1) == ["e4"]


def test_the_ends_of_the_calendar_are_stored_and_found(store: EventStore) -> None:
    first, last = Timestamp.parse("0001-01-01T00:00:00Z"), Timestamp.parse("9999-12-31T23:59:59.999999999Z")
    far = [
        msgspec.structs.replace(event(number), time=time) for number, time in enumerate((first, Timestamp(1_500), last))
    ]
    store.append(far)
    assert [one for _, one in store.read(since=first)] == far
    assert [one for _, one in store.read(since=Timestamp(1_500), until=last)] == far[1:2]
    assert [one for _, one in store.read(since=Timestamp(1_501))] == far[2:]


def test_reading_makes_no_store_and_waits_for_nobody(tmp_path: Path, url: str, store: EventStore) -> None:
    store.append([event(1)])
    with transaction(store._database, "event store", writing=True) as connection:
        connection.execute(text("SELECT 1"))
        reader = EventStore.open(url, reading=True)
        assert [one.id for _, one in reader.read()] == ["e1"]
        reader.close()
    with pytest.raises(StoreError, match="there is no file"):
        EventStore.open(f"sqlite:///{tmp_path}/none.db", reading=True)
    assert not (tmp_path / "none.db").exists()


CHANGES = {
    "sqlite": [
        "INSERT OR REPLACE INTO events SELECT seq, id, type, machine, subject, time, root, release, transition, state, '{}' FROM events",
        "REPLACE INTO events SELECT seq, 'e9', type, machine, subject, time, root, release, transition, state, '{}' FROM events",
    ],
    "postgresql": ["TRUNCATE events"],
}


def test_nothing_changes_what_is_stored(store: EventStore, url: str) -> None:
    store.append([event(1)])
    database = open_database(url)

    def run(statement: str) -> None:
        with database.connect() as connection:
            writing = connection.execution_options(**WRITING)
            with writing.begin():
                writing.execute(text(statement))

    for statement in (
        "UPDATE events SET body = '{}' WHERE id = 'e1'",
        "DELETE FROM events WHERE id = 'e1'",
        *CHANGES[database.dialect.name],
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            run(statement)
    database.dispose()
    assert [one for _, one in store.read()] == [event(1)]


def _write(url: str, writer: int) -> None:
    store = EventStore.open(url)
    for number in range(10):
        store.append([event(writer * 1000 + number), event(number)])
    store.close()


def test_writers_take_turns_and_leave_no_gap(url: str) -> None:
    """Three processes, each with its own events and some that all of them bring."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(url, number)) for number in range(1, 4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    store = EventStore.open(url)
    found = list(store.read())
    assert [seq for seq, _ in found] == list(range(1, 41))
    assert len({one.id for _, one in found}) == 40
    store.close()


def test_reading_sees_one_state_while_others_write(store: EventStore) -> None:
    store.append(event(number) for number in range(1200))
    reading = store.read()
    first = next(reading)
    store.append([event(5000)])
    assert len([first, *reading]) == 1200
    assert len(list(store.read())) == 1201


def test_sqlite_keeps_what_it_acknowledged(tmp_path) -> None:
    store = EventStore.open(f"sqlite:///{tmp_path / 'events.db'}")
    with store._database.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        }
    store.close()
    assert settings == {"journal_mode": "wal", "synchronous": 2}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "no database address"),
        ("mysql://localhost/x", "not supported"),
        ("sqlite:////nowhere/at/all/x.db", "unable to open"),
        ("postgresql://nobody@127.0.0.1:1/x", "event store failed"),
    ],
)
def test_a_store_that_cannot_be_opened_says_why(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        EventStore.open(url)
