"""The only wiring: from settings to a platform whose parts know each other."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from sqlalchemy import Engine

from app.clock import Clock, ScaledClock, WallClock
from app.identity.identity import PURPOSES, Identity
from app.records.database import open_database
from app.road.pipeline import Pipeline
from app.road.releases import LiveReleases
from app.settings import Settings


def derived_key(secret: str, purpose: str) -> bytes:
    """A key of its own for each purpose, so that what one part seals no other accepts (HMAC-SHA-256 as a PRF)."""
    return hmac.digest(secret.encode(), f"virel:{purpose}".encode(), "sha256")


@dataclass(frozen=True, slots=True)
class Platform:
    """Everything that serves, works or answers: the store, the live release, the pipeline, the clock."""

    settings: Settings
    database: Engine
    releases: LiveReleases
    pipeline: Pipeline
    clock: Clock
    identity: Identity

    def key(self, purpose: str) -> bytes:
        """The key for a purpose."""
        return derived_key(self.settings.secret, purpose)

    def keys(self, purpose: str) -> list[bytes]:
        """The key for a purpose and those of earlier secrets, newest first."""
        return [derived_key(one, purpose) for one in (self.settings.secret, *self.settings.fallbacks)]

    def close(self) -> None:
        """Gives the connections back."""
        self.database.dispose()


def bootstrap(settings: Settings, clock: Clock | None = None) -> Platform:
    """The platform of these settings. No connection is made yet."""
    database = open_database(settings.database)
    releases = LiveReleases(database, derived_key(settings.secret, "audit"))
    told = clock or WallClock()
    pipeline = Pipeline(database, releases, told)
    secrets = (settings.secret, *settings.fallbacks)
    keys = {purpose: [derived_key(one, purpose) for one in secrets] for purpose in PURPOSES}
    # A demo's days may run fast; how long somebody stays signed in follows the wall.
    lived = WallClock() if isinstance(told, ScaledClock) else told
    identity = Identity(pipeline, lived, keys, settings.public_url, settings.mode == "demo")
    return Platform(settings, database, releases, pipeline, told, identity)
