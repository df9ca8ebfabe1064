"""The people of a demo: five logins with one known password, which no other store lets in."""

from __future__ import annotations

from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import Connection

from app.identity.identity import Identity
from app.identity.sign_in import DEMO_DOMAIN
from app.road import commands
from app.road.caller import system
from app.road.problems import ProblemError
from app.road.road import StoredRoad
from app.road.rows import micro
from app.settings import Settings
from app.store.entities import ENTITIES
from app.store.identity import CREDENTIALS, SETTINGS

PASSWORD = "demo-demo-demo"  # noqa: S105 - printed for everybody who tries the demo
USERS = ENTITIES["user"]
MARK = "demo"
"""The row of ``settings`` by which a store remembers that it is a demo."""
PEOPLE: tuple[tuple[str, str, str, list[str]], ...] = (
    ("owner", "Olga Owner", "OWNER", []),
    ("manager", "Max Manager", "OPS_MANAGER", ["operations"]),
    ("operator", "Oleg Operator", "OPERATOR", ["operations"]),
    ("content", "Clara Content", "CONTENT_MANAGER", ["content"]),
    ("finance", "Fanny Finance", "FINANCE", ["finance"]),
)


def is_demo(connection: Connection) -> bool:
    """Whether the store says of itself that it is a demo."""
    return connection.scalar(sa.select(SETTINGS.c.name).where(SETTINGS.c.name == MARK)) is not None


class Seeded(Protocol):
    """A platform, as far as seeding people needs one."""

    @property
    def settings(self) -> Settings:
        """Its configuration."""

    @property
    def identity(self) -> Identity:
        """Its identity."""


def seed_people(platform: Seeded) -> dict[str, str]:
    """Makes the demo's people, as far as they are not there; their ids by login name.

    The store remembers that it is a demo, in which then also the simulator's staff may work. Raises ProblemError outside
    of a demo, and in a store in which real people work.
    """
    if platform.settings.mode != "demo":
        raise ProblemError("Demo logins are made in a demo only: set VIREL_MODE=demo, or use --demo.")
    identity = platform.identity
    hash = identity.hasher.hash(PASSWORD)

    def work(road: StoredRoad) -> dict[str, str]:
        known = {row.email: row.id for row in road.connection.execute(sa.select(USERS.c.id, USERS.c.email))}
        marked = is_demo(road.connection)
        if not marked and any(not (email or "").endswith(DEMO_DOMAIN) for email in known):
            raise ProblemError("People work in this store: it does not become a demo.")
        if not marked:
            road.connection.execute(sa.insert(SETTINGS).values(name=MARK, value={"since": micro(road.now)}))
        found: dict[str, str] = {}
        for name, called, role, queues in PEOPLE:
            email = f"{name}{DEMO_DOMAIN}"
            found[name] = known.get(email) or _make(
                road, {"name": called, "email": email, "roles": [role], "queues": queues}, hash, identity.now
            )
        return found

    return identity.pipeline.run(system("seed"), work)


def _make(road: StoredRoad, values: dict[str, Any], hash: str, now: int) -> str:
    made = commands.create(road, "user", {**values, "locale": "en", "timezone": "Europe/Berlin"})
    road.store.flush()
    credentials = {"user": made["id"], "password": hash, "changed_at": now, "epoch": 1}
    road.connection.execute(sa.insert(CREDENTIALS).values(credentials))
    return str(made["id"])
