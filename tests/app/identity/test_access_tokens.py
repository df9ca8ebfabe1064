"""Access tokens: one algorithm, one issuer, one audience, ten minutes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from app.clock import SteppedClock
from app.identity import access_tokens
from app.identity.access_tokens import AUDIENCE, LIFETIME, TYPE, Claims, issue, kid, read
from app.identity.identity import Identity
from app.identity.passwords import Hasher
from app.identity.refusals import NotSignedInError
from engine.conditions.values import Timestamp

NOON = Timestamp.parse("2026-03-02T12:00:00Z")
CLAIMS = Claims("anna", "family-1", 3)
KEY, OLD, FOREIGN = b"k" * 32, b"o" * 32, b"f" * 32
SECOND = 1_000_000_000


def identity(*keys: bytes, url: str = "https://house.test", at: Timestamp = NOON) -> Identity:
    pipeline: Any = None  # no token asks the store
    return Identity(pipeline, SteppedClock(at), {"access": list(keys)}, url, False, Hasher(memory=64, rounds=1))


HERE = identity(KEY)


def signed(key: bytes = KEY, algorithm: str = "HS256", headers: dict[str, Any] | None = None, **changes: Any) -> str:
    now = HERE.now // 1_000_000
    said = {"iss": HERE.url, "aud": AUDIENCE, "sub": "anna", "sid": "family-1", "epoch": 3, "jti": "x"}
    said |= {"iat": now, "nbf": now, "exp": now + LIFETIME, **changes}
    said = {name: value for name, value in said.items() if value is not None}
    named = {"kid": kid(KEY), "typ": TYPE, **(headers or {})}
    return jwt.encode(said, key, algorithm, headers={name: value for name, value in named.items() if value})


def unsigned() -> str:
    parts = [{"alg": "none", "typ": TYPE, "kid": kid(KEY)}, jwt.decode(signed(), options={"verify_signature": False})]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def test_a_token_says_who_and_by_which_sign_in():
    assert read(HERE, issue(HERE, CLAIMS)) == CLAIMS
    assert read(HERE, signed()) == CLAIMS


def test_a_token_tells_nothing_personal():
    said = jwt.decode(issue(HERE, CLAIMS), options={"verify_signature": False})
    assert set(said) == {"iss", "aud", "sub", "sid", "epoch", "iat", "nbf", "exp", "jti"}
    assert said["exp"] - said["iat"] == 600


FORGED: dict[str, Callable[[], str]] = {
    "no signature": unsigned,
    "another algorithm": lambda: signed(KEY * 2, "HS512"),
    "another key": lambda: signed(FOREIGN),
    "an unknown key's name": lambda: signed(headers={"kid": kid(FOREIGN)}),
    "no key's name": lambda: signed(headers={"kid": None}),
    "a key's address": lambda: signed(headers={"jku": "https://evil.test/keys"}),
    "a key of its own": lambda: signed(headers={"jwk": {"kty": "oct", "k": "eA"}}),
    "a certificate's address": lambda: signed(headers={"x5u": "https://evil.test/cert"}),
    "another type": lambda: signed(headers={"typ": "JWT"}),
    "another issuer": lambda: signed(iss="https://evil.test"),
    "another audience": lambda: signed(aud="somebody-else"),
    "no audience": lambda: signed(aud=None),
    "no end": lambda: signed(exp=None),
    "no beginning": lambda: signed(nbf=None),
    "an end that is text": lambda: signed(exp="tomorrow"),
    "a long life": lambda: signed(exp=HERE.now // 1_000_000 + 86_400),
    "a beginning to come": lambda: signed(nbf=HERE.now // 1_000_000 + 60),
    "an end that has passed": lambda: signed(exp=HERE.now // 1_000_000),
    "no subject": lambda: signed(sub=None),
    "an epoch that is no number": lambda: signed(epoch="three"),
    "nothing": lambda: "",
    "no token": lambda: "a.b",
    "not even ASCII": lambda: "ü.ü.ü",
    "too much": lambda: signed(more="x" * 5_000),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_token_is_refused_that_has(forged: Callable[[], str]):
    with pytest.raises(NotSignedInError):
        read(HERE, forged())


@pytest.mark.parametrize("place", range(0, 400, 13))
def test_a_token_with_a_changed_character_is_refused(place: int):
    token = issue(HERE, CLAIMS)
    place %= len(token) - 1  # the last character may hold bits that mean nothing
    other = "A" if token[place] != "A" else "B"
    with pytest.raises(NotSignedInError):
        read(HERE, token[:place] + other + token[place + 1 :])


def test_a_token_holds_for_ten_minutes_and_not_a_second_more():
    token = issue(HERE, CLAIMS)
    late = Timestamp(NOON + LIFETIME * SECOND)
    assert read(identity(KEY, at=Timestamp(late - SECOND)), token) == CLAIMS
    with pytest.raises(NotSignedInError):
        read(identity(KEY, at=late), token)


def test_a_key_that_was_replaced_is_still_known_until_it_is_dropped():
    token = issue(identity(OLD), CLAIMS)
    rotated = identity(KEY, OLD)
    assert read(rotated, token) == CLAIMS
    assert jwt.get_unverified_header(issue(rotated, CLAIMS))["kid"] == access_tokens.kid(KEY)
    with pytest.raises(NotSignedInError):
        read(HERE, token)
