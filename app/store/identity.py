"""Who people are: passwords, sessions, families of refresh tokens, invitations, keys. Secrets lie here as hashes only."""

from __future__ import annotations

import sqlalchemy as sa

from app.store.columns import METADATA, instant, json, reference, text, truth, whole

CREDENTIALS = sa.Table(
    "credentials",
    METADATA,
    sa.Column("user", sa.Text, sa.ForeignKey("users.id"), primary_key=True),
    text("password", optional=True, comment="Argon2id; none until the invitation is taken up"),
    instant("changed_at", optional=True),
    whole("epoch", comment="rises when every session and token of the user must end"),
)
SESSIONS = sa.Table(
    "sessions",
    METADATA,
    text("id", primary_key=True, comment="SHA-256 of what the cookie holds"),
    reference("user", "users"),
    whole("epoch"),
    text("csrf"),
    text("agent", optional=True),
    text("address", optional=True),
    instant("created_at"),
    instant("seen_at"),
    instant("ended_at", optional=True),
)
FAMILIES = sa.Table(
    "token_families",
    METADATA,
    text("id", primary_key=True),
    reference("user", "users"),
    whole("epoch"),
    text("agent", optional=True),
    text("address", optional=True),
    instant("created_at"),
    instant("seen_at"),
    instant("ended_at", optional=True),
    text("ended_because", optional=True),
)
REFRESH = sa.Table(
    "refresh_tokens",
    METADATA,
    text("hash", primary_key=True),
    reference("family", "token_families"),
    instant("issued_at"),
    instant("expires_at"),
    instant("used_at", optional=True),
    text("successor", optional=True, comment="sealed with the key, for a second tab within the grace"),
)
ONE_TIME = sa.Table(
    "one_time_tokens",
    METADATA,
    text("hash", primary_key=True),
    text("purpose", comment="invitation or reset"),
    reference("user", "users"),
    instant("issued_at"),
    instant("expires_at"),
    instant("used_at", optional=True),
)
API_KEYS = sa.Table(
    "api_keys",
    METADATA,
    text("id", primary_key=True),
    text("hash", unique=True),
    text("shown", comment="its prefix and last four characters"),
    text("name"),
    reference("user", "users"),
    json("scopes"),
    instant("created_at"),
    instant("expires_at", optional=True),
    instant("used_at", optional=True),
    instant("revoked_at", optional=True),
)
VIEWS = sa.Table(
    "saved_views",
    METADATA,
    text("id", primary_key=True),
    reference("owner", "users"),
    text("list", comment="the kind of entity that it lists"),
    text("name"),
    text("filter", optional=True, comment="a condition"),
    json("order", optional=True),
    text("sharing", comment="private, team or default"),
    whole("version"),
    instant("created_at"),
    instant("updated_at"),
)
FAMILY_ENDS = ("logout", "reuse", "password", "deactivated", "revoked")
SETTINGS = sa.Table(
    "settings",
    METADATA,
    text("name", primary_key=True),
    json("value"),
    comment="What the store says of itself: whether it is a demo, the secrets' check.",
)
__all__ = ["API_KEYS", "CREDENTIALS", "FAMILIES", "ONE_TIME", "REFRESH", "SESSIONS", "SETTINGS", "VIEWS", "truth"]
