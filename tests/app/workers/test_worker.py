"""A worker finds what is due by itself; wake-ups only make it quicker."""

from __future__ import annotations

import dataclasses
import threading
import time

import pytest
from click.testing import CliRunner

from app.bootstrap import bootstrap
from app.cli.main import cli
from app.clock import ScaledClock, SteppedClock, WallClock, seconds_until
from app.outbox.channels.file import FileChannel
from app.workers import worker as module
from app.workers.wakeups import JsonSerializer, Wakeups, huey_for
from app.workers.worker import Worker
from engine.conditions.values import Timestamp
from tests.app.processes import settings_for


@pytest.fixture(params=["memory", "file"])
def huey(request, tmp_path):
    return huey_for(settings_for("sqlite://", tmp_path), embedded=request.param == "memory")


def heard(wakeups: Wakeups, seconds: float) -> bool:
    """Whether a wake-up comes within some seconds."""
    stop, came = threading.Event(), threading.Event()
    thread = threading.Thread(target=wakeups.listen, args=(came.set, stop))
    thread.start()
    found = came.wait(seconds)
    stop.set()
    thread.join()
    return found


def test_a_wake_up_for_what_is_due_comes_at_once(huey):
    wakeups = Wakeups(huey, WallClock())
    wakeups.at(WallClock().now())
    assert heard(wakeups, 3)


def test_a_wake_up_for_what_is_due_soon_comes_then(huey):
    wakeups = Wakeups(huey, WallClock())
    wakeups.at(Timestamp(WallClock().now() + 900_000_000))
    assert not heard(wakeups, 0.3)
    assert heard(wakeups, 5)


def test_what_is_due_much_later_is_left_to_the_sweeps(huey):
    wakeups = Wakeups(huey, WallClock())
    wakeups.at(Timestamp(WallClock().now() + 3_600_000_000_000))
    assert huey.scheduled_count() == huey.pending_count() == 0


def test_wake_ups_are_json_and_carry_nothing(huey):
    wakeups = Wakeups(huey, WallClock())
    wakeups.at(WallClock().now())
    (data,) = huey.storage.enqueued_items()
    assert data.startswith(b"[")
    message = JsonSerializer().deserialize(data)
    assert (message.name.rpartition(".")[2], message.args, message.kwargs) == ("wake", [], {})


def test_redis_is_used_where_it_is_configured(tmp_path):
    settings = dataclasses.replace(settings_for("sqlite://", tmp_path), redis="redis://127.0.0.1:1/0")
    huey = huey_for(settings, embedded=True)
    assert type(huey).__name__ == "RedisHuey"


def test_a_queue_that_is_away_keeps_no_change_from_being_made(desk, tmp_path):
    settings = dataclasses.replace(settings_for("sqlite://", tmp_path), redis="redis://127.0.0.1:1/0")
    desk.platform.pipeline.waits = Wakeups(huey_for(settings, embedded=False), SteppedClock(Timestamp(2**62))).at
    inquiry = desk.inquiry(desk.client(), desk.model())
    assert desk.get("inquiry", inquiry)["status"] == "new"


@pytest.mark.parametrize(("speed", "seconds"), [(1.0, 90), (60.0, 1.5), (0.0, float("inf"))])
def test_days_that_run_faster_are_waited_for_less_long(speed, seconds):
    clock = ScaledClock(WallClock().now(), speed)
    assert seconds_until(clock, Timestamp(clock.now() + 90_000_000_000)) == pytest.approx(seconds, abs=0.1)
    assert seconds_until(clock, Timestamp(clock.now() - 1)) == 0


def test_a_unit_that_leaves_something_waiting_says_when_it_is_due(desk):
    told: list[Timestamp] = []
    desk.platform.pipeline.waits = told.append
    client, model = desk.client(), desk.model()
    assert told == []
    desk.inquiry(client, model)
    assert len(told) == 1
    assert told[0] >= desk.platform.clock.now()


@pytest.fixture
def live(store, tmp_path, agency):
    """A platform on the wall's clock."""
    platform = bootstrap(settings_for(store, tmp_path))
    platform.releases._catalogs[1] = agency
    yield platform
    platform.close()


def test_what_nobody_was_woken_for_is_found_by_the_next_sweep(live, desk, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LONGEST", 0.4)
    stop = threading.Event()
    worker = Worker(live, FileChannel(tmp_path / "outbox"))
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        desk.inquiry(desk.client(), desk.model())  # in the past of the wall's clock, so all of it is due
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not desk.rows("SELECT id FROM events WHERE type = 'inquiry.dwelled'"):
            time.sleep(0.05)
        assert desk.rows("SELECT id FROM events WHERE type = 'inquiry.dwelled'")
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def test_a_queue_that_is_away_keeps_no_worker_from_working(live, desk, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LONGEST", 0.2)
    settings = dataclasses.replace(settings_for("sqlite://", tmp_path), redis="redis://127.0.0.1:1/0")
    wakeups = Wakeups(huey_for(settings, embedded=False), live.clock)
    stop = threading.Event()
    thread = threading.Thread(target=Worker(live, None, wakeups).run, args=(stop,))
    thread.start()
    try:
        desk.inquiry(desk.client(), desk.model())
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not desk.rows("SELECT id FROM events WHERE type = 'inquiry.dwelled'"):
            time.sleep(0.05)
        assert desk.rows("SELECT id FROM events WHERE type = 'inquiry.dwelled'")
    finally:
        stop.set()
        thread.join(20)


def test_the_audit_is_sealed_from_time_to_time(desk, worker):
    desk.client()
    worker.run_once()
    desk.client(email="b@example.test")
    desk.later(minutes=5)
    worker.run_once()
    assert len(desk.rows("SELECT seal FROM audit_roots")) == 1
    desk.later(minutes=5)
    worker.run_once()
    assert len(desk.rows("SELECT seal FROM audit_roots")) == 2


def test_virel_worker_says_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.delenv("VIREL_DATABASE_URL", raising=False)
    folder = str(tmp_path / "data")
    missing = CliRunner().invoke(cli, ["worker", "--once", "--data", folder])
    assert "there is no file" in str(missing.exception)  # a sentence and exit status 2 by `main`, as for every command
    CliRunner().invoke(cli, ["migrate", "--data", folder])
    empty = CliRunner().invoke(cli, ["worker", "--once", "--data", folder])
    assert empty.exit_code != 0
    assert "nothing was published in this store yet" in empty.output
