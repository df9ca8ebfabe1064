"""Attempts are slowed for one account from one place, and bounded for one place."""

from __future__ import annotations

import pytest

from app.bootstrap import Platform
from app.clock import SteppedClock
from app.identity import throttle
from app.identity.refusals import ThrottledError
from app.road.caller import system

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        (None, "unknown"),
        ("a socket", "unknown"),
    ],
)
def test_a_place_is_an_address_or_the_network_that_one_customer_has(address: str | None, place: str):
    assert throttle.place(address) == place


class Attempts:
    """Attempts at a platform whose clock stands."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        assert isinstance(platform.clock, SteppedClock)
        self.clock = platform.clock

    def fail(self, account: str = "anna", address: str = "203.0.113.7") -> list[int]:
        identity = self.platform.identity
        return identity.pipeline.run(
            system("test"), lambda road: throttle.attempt(identity, road.connection, "login", account, address)
        )

    def wait(self, account: str = "anna", address: str = "203.0.113.7") -> int:
        """How long the next attempt would have to wait; 0 notes it as failed."""
        try:
            self.fail(account, address)
        except ThrottledError as error:
            return error.seconds
        return 0


@pytest.fixture
def attempts(platform: Platform) -> Attempts:
    return Attempts(platform)


def test_five_failures_are_free_and_then_each_doubles_the_wait(attempts: Attempts):
    assert [attempts.wait() for _ in range(5)] == [0] * 5
    for expected in (1, 2, 4, 8, 16, 32):
        assert attempts.wait() == expected
        attempts.clock.advance(expected * SECOND)
        assert attempts.wait() == 0


def test_the_wait_never_grows_beyond_a_quarter_of_an_hour(attempts: Attempts):
    for _ in range(30):
        waited = attempts.wait()
        assert waited <= 900
        attempts.clock.advance(max(1, waited) * SECOND)


def test_an_attempt_that_has_to_wait_counts_for_nothing(attempts: Attempts):
    for _ in range(5):
        attempts.fail()
    assert [attempts.wait() for _ in range(20)] == [1] * 20


def test_nobody_is_locked_out_from_elsewhere_nor_another_from_here(attempts: Attempts):
    for _ in range(5):
        attempts.fail()
    assert attempts.wait() > 0
    assert attempts.wait(address="198.51.100.9") == 0
    assert attempts.wait(account="berta") == 0


def test_a_success_forgives_the_failures_before_it(attempts: Attempts, platform: Platform):
    for _ in range(4):
        attempts.fail()
    rows = attempts.fail()
    platform.pipeline.run(system("test"), lambda road: throttle.succeeded(road.connection, rows))
    assert [attempts.wait() for _ in range(5)] == [0] * 5


def test_failures_are_forgotten_after_a_quarter_of_an_hour(attempts: Attempts):
    for _ in range(5):
        attempts.fail()
    attempts.clock.advance(900 * SECOND)
    assert [attempts.wait() for _ in range(5)] == [0] * 5


def test_one_place_has_fifty_failures_an_hour_whosever_account(attempts: Attempts):
    for number in range(50):
        assert attempts.wait(account=f"person-{number}") == 0
        attempts.clock.advance(SECOND)
    assert attempts.wait(account="somebody else") == 3_600 - 50
    assert attempts.wait(account="somebody else", address="198.51.100.9") == 0
    attempts.clock.advance(3_550 * SECOND)
    assert attempts.wait(account="somebody else") == 0


def test_the_store_knows_neither_the_account_nor_the_address(attempts: Attempts, platform: Platform):
    attempts.fail()
    with platform.database.connect() as connection:
        rows = connection.exec_driver_sql("SELECT who FROM attempts").scalars().all()
    assert len(rows) == 2
    assert all(len(who) == 64 and "anna" not in who and "203" not in who for who in rows)
