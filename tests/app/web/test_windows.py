"""Counting what one caller asks in a minute."""

from __future__ import annotations

import pytest

from app.web import windows
from app.web.windows import Windows


class Wall:
    """A clock that stands where it was put."""

    def __init__(self) -> None:
        self.seconds = 6_000.0

    def time(self) -> float:
        return self.seconds


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    found = Wall()
    monkeypatch.setattr(windows, "time", found)
    return found


def asked(counted: Windows, times: int, most: int = 10) -> int:
    return sum(counted.hit("anna", most)[0] for _ in range(times))


def test_as_many_as_allowed_pass_and_no_more(wall):
    counted = Windows()
    assert asked(counted, 15) == 10
    assert counted.hit("anna", 10) == (False, 0, 6_060.0)


def test_what_is_left_is_told_with_every_request(wall):
    counted = Windows()
    assert [counted.hit("anna", 3)[1] for _ in range(4)] == [2, 1, 0, 0]


def test_callers_do_not_count_against_each_other(wall):
    counted = Windows()
    asked(counted, 10)
    assert counted.hit("bert", 10)[0]


def test_the_minute_before_counts_by_the_part_of_it_that_is_not_gone(wall):
    counted = Windows()
    asked(counted, 10)
    wall.seconds += 60
    assert asked(counted, 10) == 0
    wall.seconds += 30
    assert asked(counted, 10) == 5


def test_after_two_minutes_everything_is_forgotten(wall):
    counted = Windows()
    asked(counted, 10)
    wall.seconds += 120
    assert asked(counted, 15) == 10


def test_callers_of_earlier_minutes_take_no_room_for_ever(wall, monkeypatch):
    monkeypatch.setattr(windows, "MOST_KNOWN", 50)
    counted = Windows()
    for number in range(500):
        counted.hit(f"caller {number}", 10)
        wall.seconds += 10
    assert len(counted._known) <= 50
