"""Passwords: hashed as OWASP says, compared in the same time, refused when guessable."""

from __future__ import annotations

import threading
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.identity import passwords
from app.identity.passwords import Hasher, check_choice, commonest
from app.road.problems import BusyError, InvalidError

QUICK = Hasher(memory=64, rounds=1)


def test_a_hash_says_argon2id_with_the_memory_and_rounds_that_owasp_asks_for():
    assert Hasher().hash("a good long one").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@settings(max_examples=50)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=300))
def test_any_text_is_a_password_and_no_end_of_it_is_cut_off(password: str):
    hash = QUICK.hash(password)
    assert QUICK.matches(hash, password)
    assert not QUICK.matches(hash, password + "x")
    assert not QUICK.matches(hash, password[:-1])


def test_a_letter_is_the_same_however_a_keyboard_spells_it():
    hash = QUICK.hash("Jürgens Übung")
    assert QUICK.matches(hash, unicodedata.normalize("NFD", "Jürgens Übung"))


def test_nobody_has_no_password_and_comparing_takes_a_real_comparison(monkeypatch: pytest.MonkeyPatch):
    seen: list[str] = []
    hasher = Hasher(memory=64, rounds=1)
    verify = hasher._hasher.verify

    class Spy:
        def verify(self, hash: str, password: str) -> bool:
            seen.append(hash)
            return verify(hash, password)

    monkeypatch.setattr(hasher, "_hasher", Spy())
    assert not hasher.matches(None, "anything")
    assert seen[0].startswith("$argon2id$v=19$m=64,t=1,p=1$")


def test_a_hash_of_weaker_parameters_is_to_be_made_anew():
    weak = QUICK.hash("a good long one")
    assert Hasher().outdated(weak)
    assert not QUICK.outdated(weak)


def test_who_waits_too_long_for_a_turn_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    hasher = Hasher(memory=64, rounds=1)
    monkeypatch.setattr(hasher, "_turns", threading.BoundedSemaphore(1))
    with hasher._turn(), pytest.raises(BusyError):
        hasher.hash("a good long one")


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short 1", "at least 8"),
        ("x" * 257, "at most 256"),
        ("password", "tried first"),
        ("PASSWORD1", "tried first"),
        ("qwertyuiop", "tried first"),
        ("aaaaaaaabb", "different characters"),
        ("virel2026", '"virel"'),
        ("demo-demo-demo", '"demo-demo"'),
        ("Petrova77", '"petrova"'),
        ("anna.petrova@house.test", '"anna.petrova@house.test"'),
    ],
)
def test_a_password_that_is_guessed_first_is_refused_with_the_reason(password: str, says: str):
    with pytest.raises(InvalidError) as refused:
        check_choice(password, ["Anna Petrova", "anna.petrova@house.test"])
    (fault,) = refused.value.faults
    assert fault.pointer == "/password"
    assert says in fault.message


@pytest.mark.parametrize(
    "password", ["correct horse battery", "восемь1!", "  spaces are fine  ", "🙂🙃😉😀😁😂🤣😅", "x7" * 70 + "yz"]
)
def test_any_other_password_is_taken(password: str):
    check_choice(password, ["Anna Petrova", "anna@house.test"])


def test_the_three_thousand_commonest_that_are_long_enough_are_refused():
    assert len(commonest()) == 3_000
    for word in sorted(commonest())[::100]:
        with pytest.raises(InvalidError):
            check_choice(word, [])
