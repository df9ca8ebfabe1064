"""Messages leave once, not before their time, and every one has a recorded end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.outbox import lease as leases
from app.outbox.channels.channel import LastingError, Message, PassingError, UncertainError
from app.outbox.channels.file import FileChannel
from app.outbox.deliver import Deliverer, channel_for
from app.store.waiting import OUTBOX
from tests.app.processes import settings_for

COLUMNS = {
    "kind": "notification",
    "root": "r",
    "event": "e",
    "rule": None,
    "machine": None,
    "entity": None,
    "state": "new",
    "lease": None,
    "token": 0,
    "leased_until": None,
    "attempts": 0,
    "problem": None,
    "settled_at": None,
}


class Recorded:
    """A channel that notes what it is given and then does as it was told."""

    name = "recorded"

    def __init__(self, *, idempotent: bool = True) -> None:
        self.idempotent = idempotent
        self.messages: list[Message] = []
        self.failures: list[Exception] = []
        self.meanwhile = lambda: None

    def deliver(self, message: Message) -> None:
        self.messages.append(message)
        self.meanwhile()
        if self.failures:
            raise self.failures.pop(0)


@pytest.fixture
def put(desk):
    """Puts a row into the outbox."""

    def put(key: str = "k", **values: Any) -> None:
        now = desk.platform.clock.now() // 1000
        row = {**COLUMNS, "key": key, "payload": {"template": "t", "to": "c"}, "not_before": now, "created_at": now}
        with desk.platform.database.begin() as connection:
            connection.execute(OUTBOX.insert(), {**row, **values})

    return put


@pytest.fixture
def channel() -> Recorded:
    return Recorded()


@pytest.fixture
def deliverer(desk, channel) -> Deliverer:
    return Deliverer(desk.platform, channel, "me", 60)


def row(desk, key: str = "k") -> dict[str, Any]:
    return dict(desk.rows("SELECT * FROM outbox WHERE key = :key", key=key)[0])


def exceptions(desk) -> list[tuple[str, str]]:
    return [(one["reason"], one["title"]) for one in desk.rows("SELECT reason, title FROM exceptions")]


def test_a_message_is_delivered_once_and_settled(desk, deliverer, channel, put):
    put()
    assert deliverer.deliver_due() == 1
    assert deliverer.deliver_due() == 0
    assert [message.key for message in channel.messages] == ["k"]
    found = row(desk)
    assert (found["state"], found["attempts"], found["token"], found["lease"]) == ("done", 1, 1, None)
    assert found["settled_at"] is not None


def test_nothing_leaves_before_its_time(desk, deliverer, channel, put):
    put(not_before=desk.platform.clock.now() // 1000 + 15_000_000)
    desk.later(seconds=14.999)
    assert deliverer.deliver_due() == 0
    desk.later(seconds=0.001)
    assert deliverer.deliver_due() == 1


@pytest.mark.parametrize("state", ["withdrawn", "done", "dead", "in_doubt"])
def test_what_was_withdrawn_or_settled_never_leaves(deliverer, channel, put, state):
    put(state=state)
    assert deliverer.deliver_due() == 0
    assert channel.messages == []


def test_what_passes_is_tried_again_later_with_growing_pauses(desk, deliverer, channel, put):
    put()
    pauses = []
    for attempt in range(1, 6):
        channel.failures.append(PassingError("busy"))
        assert deliverer.deliver_due() == 1
        found = row(desk)
        assert (found["state"], found["problem"], found["attempts"]) == ("new", "busy", attempt)
        pauses.append((found["not_before"] - desk.platform.clock.now() // 1000) / 1e6)
        assert deliverer.deliver_due() == 0
        desk.later(seconds=pauses[-1])
    for attempt, pause in enumerate(pauses):
        assert 2**attempt <= pause <= 2 ** (attempt + 1)
    deliverer.deliver_due()
    assert row(desk)["state"] == "done"


def test_a_provider_may_say_when_to_come_back(desk, deliverer, channel, put):
    put()
    channel.failures.append(PassingError("slow down", 77))
    deliverer.deliver_due()
    assert row(desk)["not_before"] == desk.platform.clock.now() // 1000 + 77_000_000


def test_what_fails_again_and_again_is_given_up_and_told(desk, deliverer, channel, put):
    put()
    for _ in range(leases.MOST_ATTEMPTS):
        channel.failures.append(PassingError("busy"))
        deliverer.deliver_due()
        desk.later(hours=2)
    assert row(desk)["state"] == "dead"
    assert exceptions(desk) == [("message_dead", "t: not sent. given up after 12 attempts: busy")]
    assert deliverer.deliver_due() == 0


def test_what_is_refused_for_good_is_told_at_once(desk, deliverer, channel, put):
    put()
    channel.failures.append(LastingError("no such number"))
    deliverer.deliver_due()
    assert row(desk)["state"] == "dead"
    assert exceptions(desk) == [("message_dead", "t: not sent. no such number")]


def test_what_may_have_been_sent_is_in_doubt_and_not_sent_again(desk, put):
    channel = Recorded(idempotent=False)
    channel.failures.append(UncertainError("no answer"))
    put()
    Deliverer(desk.platform, channel, "me").deliver_due()
    assert row(desk)["state"] == "in_doubt"
    assert exceptions(desk) == [("message_in_doubt", "t: nobody knows whether it was sent. no answer")]
    desk.later(days=1)
    assert Deliverer(desk.platform, channel, "me").deliver_due() == 0


def test_what_may_have_been_sent_is_sent_again_where_the_key_is_known(desk, deliverer, channel, put):
    put()
    channel.failures.append(UncertainError("no answer"))
    deliverer.deliver_due()
    desk.later(seconds=3)
    deliverer.deliver_due()
    assert row(desk)["state"] == "done"
    assert [message.key for message in channel.messages] == ["k", "k"]


def test_a_channel_that_breaks_delays_its_message_and_no_other(desk, deliverer, channel, put):
    put("a")
    put("b")
    channel.failures.append(ZeroDivisionError("oops"))
    assert deliverer.deliver_due() == 2
    assert (row(desk, "a")["state"], row(desk, "a")["problem"]) == ("new", "the channel failed: oops")
    assert row(desk, "b")["state"] == "done"


def test_a_text_that_refused_to_be_written_is_given_to_a_person(desk, deliverer, channel, put):
    put(payload={"template": "t", "texts": [{"refused": 'there is no "phone"'}]})
    deliverer.deliver_due()
    assert channel.messages == []
    assert row(desk)["state"] == "dead"
    assert exceptions(desk) == [("message_dead", 't: not sent. its text refused to be written: there is no "phone"')]


def test_the_texts_that_were_written_leave_without_the_one_that_refused(desk, deliverer, channel, put):
    good = {"channel": "email", "locale": "en", "body": "Hello"}
    put(payload={"template": "t", "texts": [good, {"refused": "no phone"}]})
    deliverer.deliver_due()
    assert channel.messages[0].payload["texts"] == [good]
    assert row(desk)["state"] == "done"
    assert exceptions(desk) == [("message_in_part", "t: sent in part. in part: no phone")]


def lapse(desk) -> None:
    """As if the lease had been taken long ago."""
    with desk.platform.database.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET leased_until = 1 WHERE state = 'leased'")


def test_a_worker_that_came_late_may_settle_nothing(desk, channel, put):
    """Its lease ran out while it delivered; another leased the row and settled it."""
    put()
    second = Recorded()

    def meanwhile() -> None:
        lapse(desk)
        assert Deliverer(desk.platform, second, "another").deliver_due() == 1

    channel.meanwhile = meanwhile
    channel.failures.append(LastingError("refused"))
    Deliverer(desk.platform, channel, "me").deliver_due()
    found = row(desk)
    assert (found["state"], found["token"], found["problem"]) == ("done", 2, None)
    assert exceptions(desk) == []


def test_a_lease_that_lapsed_is_taken_over_where_the_key_is_known_and_else_in_doubt(desk, put):
    for idempotent, state in ((True, "done"), (False, "in_doubt")):
        key = f"k{idempotent}"
        put(key, state="leased", lease="dead", token=1, leased_until=1, attempts=1)
        channel = Recorded(idempotent=idempotent)
        Deliverer(desk.platform, channel, "me").deliver_due()
        assert row(desk, key)["state"] == state
        assert len(channel.messages) == idempotent


def test_a_lease_that_lasts_is_left_alone(desk, deliverer, channel, put):
    put(state="leased", lease="another", token=1, leased_until=2**60, attempts=1)
    assert deliverer.deliver_due() == 0


def test_a_file_holds_one_message_however_often_it_is_delivered(tmp_path):
    channel = FileChannel(tmp_path / "outbox")
    for text in ("first", "second"):
        channel.deliver(Message("k/1", "notification", {"text": text}, "booking/1"))
    files = list((tmp_path / "outbox").iterdir())
    assert [json.loads(file.read_bytes())["text"] for file in files] == ["first"]


def test_a_disk_that_refuses_passes(tmp_path):
    (tmp_path / "outbox").write_text("in the way")
    with pytest.raises(PassingError):
        FileChannel(tmp_path / "outbox").deliver(Message("k", "notification", {}, None))


def test_production_sends_nothing_where_nothing_is_set_up(tmp_path):
    settings = settings_for("sqlite:///x", tmp_path)
    assert isinstance(channel_for(settings), FileChannel)
    import dataclasses

    assert channel_for(dataclasses.replace(settings, mode="production")) is None
