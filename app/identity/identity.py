"""What the parts of identity share: the keys, the clock that people live by, the hasher, the way into the store."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from app.clock import Clock
from app.identity.passwords import Hasher
from app.road.pipeline import Pipeline

SECRET_BYTES = 32
PURPOSES = ("access", "refresh", "attempts")


@dataclass(frozen=True, slots=True)
class Identity:
    """``keys`` holds, by purpose, the key in force and those before it, newest first. ``url`` is the public address.

    ``clock`` is people's own time, which a demo's days do not speed up. ``demo`` says whether demo people are let in.
    """

    pipeline: Pipeline
    clock: Clock
    keys: Mapping[str, list[bytes]]
    url: str
    demo: bool
    hasher: Hasher = field(default_factory=Hasher)

    @property
    def now(self) -> int:
        """The present instant in microseconds."""
        return int(self.clock.now()) // 1_000

    def sealed(self, purpose: str, text: str) -> str:
        """A keyed hash, which without the key tells nothing of the text."""
        return hmac.new(self.keys[purpose][0], text.encode(), sha256).hexdigest()


def new_secret() -> str:
    """A secret of 256 random bits, in letters that an address may hold."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """What the store keeps of a secret: its SHA-256. Secrets are random, so that no list of guesses helps."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
