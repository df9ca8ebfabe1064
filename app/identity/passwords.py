"""Passwords: hashed with Argon2id, compared in the same time whether or not there is one, and refused when guessable.

Parameters and lengths follow OWASP's password storage cheat sheet and ASVS 5.0, 6.2 and 11.4.2.
"""

from __future__ import annotations

import base64
import os
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from app.road.problems import BusyError, Fault, InvalidError

MEMORY_KIB = 19_456
ROUNDS = 2
LANES = 1
SHORTEST = 8
LONGEST = 256
COMMONEST = 3_000
"""How many of the commonest passwords, of those long enough, are refused."""
CONTEXT = ("virel", "password", "agency", "booking", "demo-demo", "demodemo")
"""Words of this place; a password that is little more than one of them is guessed first."""
PATIENCE = 5.0
"""Seconds that a caller waits for its turn to compute a hash."""


class Hasher:
    """Computes and compares hashes, a few at a time: each takes 19 MiB, so a flood may not take them all at once."""

    def __init__(self, *, memory: int = MEMORY_KIB, rounds: int = ROUNDS, lanes: int = LANES) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory, parallelism=lanes)
        self._turns = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
        self._nobodys = _nobodys(memory, rounds, lanes)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=PATIENCE):
            raise BusyError("Too many people are signing in at this moment. Send the request again.")
        try:
            yield
        finally:
            self._turns.release()

    def hash(self, password: str) -> str:
        """The hash of a password, with its parameters and salt."""
        with self._turn():
            return self._hasher.hash(normal(password))

    def matches(self, hash: str | None, password: str) -> bool:
        """Whether this is the password; where there is none, as much is computed and the answer is no."""
        with self._turn():
            try:
                self._hasher.verify(hash or self._nobodys, normal(password))
            except VerifyMismatchError:
                return False
        return hash is not None

    def outdated(self, hash: str) -> bool:
        """Whether a hash was made with weaker parameters than those in force."""
        return self._hasher.check_needs_rehash(hash)


def _nobodys(memory: int, rounds: int, lanes: int) -> str:
    """What looks like a hash with these parameters and is that of no password: comparing with it takes as long."""
    salt, sum = (base64.b64encode(os.urandom(length)).rstrip(b"=").decode() for length in (16, 32))
    return f"$argon2id$v=19$m={memory},t={rounds},p={lanes}${salt}${sum}"


def normal(password: str) -> str:
    """The password in Unicode's NFC, so that every keyboard's spelling of a letter is the same."""
    return unicodedata.normalize("NFC", password)


@cache
def commonest() -> frozenset[str]:
    """The commonest passwords that are long enough to be chosen at all."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # large: loaded when somebody first chooses a password

    long_enough = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= SHORTEST]
    return frozenset(long_enough[:COMMONEST])


def check_choice(password: str, about: Iterable[str], pointer: str = "/password") -> None:
    """Raises InvalidError for a password that is too short, too long or among the first that anybody would guess.

    ``about`` are texts that others know of the person: the name, the address.
    """
    said = _objection(normal(password), about)
    if said is not None:
        raise InvalidError([Fault(pointer, "weak", said)])


def _objection(password: str, about: Iterable[str]) -> str | None:
    if len(password) < SHORTEST:
        return f"at least {SHORTEST} characters, better 15: a few words that only you put together"
    if len(password) > LONGEST:
        return f"at most {LONGEST} characters"
    lowered = password.casefold()
    if lowered in commonest() or lowered.strip("0123456789!.?-_ ") in commonest():
        return "this is one of the passwords that are tried first"
    if len(set(lowered)) < 4:
        return "use more than a few different characters"
    for word in (*CONTEXT, *_words(about)):
        if word in lowered and len(lowered) - len(word) < SHORTEST - 2:
            return f'"{word}" is easily guessed here: say something of your own'
    return None


def _words(about: Iterable[str]) -> Iterator[str]:
    for text in about:
        whole = text.casefold()
        for word in (whole, *whole.replace("@", " ").replace(".", " ").split()):
            if len(word) >= 4:
                yield word
