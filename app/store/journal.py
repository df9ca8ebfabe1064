"""What happened: audit rows, runs of rules, and the order in which it was committed. Events are in ``app.records``."""

from __future__ import annotations

import sqlalchemy as sa

from app.store.columns import METADATA, NUMBER, instant, json, text, truth, whole

AUDIT = sa.Table(
    "audit",
    METADATA,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    text("machine"),
    text("entity"),
    whole("place", comment="its place in the entity's chain, from 1"),
    instant("at"),
    text("actor", comment="a user's id, rule:ID@VERSION, sla:ID@VERSION or system"),
    text("action", comment="the event's type, or the permission that was refused"),
    text("outcome", comment="done or refused"),
    text(
        "changes", optional=True, comment="JSON as it was sealed: a database that keeps JSON its own way writes it anew"
    ),
    text("reason", optional=True),
    text("event", optional=True),
    text("request", optional=True),
    text("address", optional=True),
    text("previous", comment="the hash of the row before it in the chain, empty at the first"),
    text("hash", comment="HMAC-SHA-256 over the row and the hash before it"),
    sa.UniqueConstraint("machine", "entity", "place"),
)
HEADS = sa.Table(
    "audit_heads",
    METADATA,
    text("machine", primary_key=True),
    text("entity", primary_key=True),
    whole("place"),
    text("hash"),
    comment="The end of each entity's chain: a chain that was cut short no longer reaches it.",
)
ROOTS = sa.Table(
    "audit_roots",
    METADATA,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    instant("at"),
    whole("upto", comment="the last audit row that it covers"),
    whole("rows"),
    text("root", comment="the root of a Merkle tree over the hashes of the rows since the root before"),
    text("previous", comment="the seal of the root before it, empty at the first"),
    text("seal", comment="HMAC-SHA-256 over this row and the seal before it: to be kept outside the store"),
)
RUNS = sa.Table(
    "rule_runs",
    METADATA,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    text("rule"),
    whole("version"),
    whole("release"),
    text("event", index=True),
    text("root", index=True),
    text("machine", optional=True),
    text("entity", optional=True),
    instant("at"),
    text("verdict", comment="met or errored"),
    text("outcome", comment="performed, shadowed, held, stopped, refused or errored"),
    text("run_key", optional=True),
    json("trace", optional=True),
    json("effects"),
    text("reason", optional=True),
    sa.Index("rule_runs_by_entity", "machine", "entity", "number"),
    sa.Index("rule_runs_by_key", "rule", "run_key", "at"),
)
PENDING = sa.Table(
    "feed_pending",
    METADATA,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    text("event"),
    text("machine"),
    text("entity"),
    whole("version"),
    instant("at"),
    comment="What was committed and has no place in the feed yet; the sequencer moves it on.",
)
FEED = sa.Table(
    "feed",
    METADATA,
    sa.Column("seq", NUMBER, primary_key=True, autoincrement=False),
    text("event"),
    text("machine"),
    text("entity"),
    whole("version"),
    instant("at"),
    comment="The feed: numbered without gaps in the order of commits.",
)
ATTEMPTS = sa.Table(
    "attempts",
    METADATA,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    text("what", comment="login, reset, form"),
    text("who", comment="a keyed hash of the account or address"),
    instant("at"),
    truth("good"),
    sa.Index("attempts_by_who", "what", "who", "at"),
)
