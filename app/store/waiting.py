"""What is still to happen: timers of every kind, SLA clocks, and what leaves the house."""

from __future__ import annotations

import sqlalchemy as sa

from app.store.columns import METADATA, NUMBER, instant, json, text, truth, whole

TIMERS = sa.Table(
    "timers",
    METADATA,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    text("kind", comment="delay, timer, dwell, escalation or snooze"),
    text("rule"),
    whole("version"),
    text("machine"),
    text("entity"),
    text("mark", comment="which action of the rule, the timer's name, or empty"),
    text("run_key", optional=True),
    text("root"),
    instant("due"),
    whole("rank", comment="the place of its rule in rule order, which decides among what is due at one instant"),
    text("state", comment="pending, done, cancelled or failed"),
    json("payload"),
    whole("attempts"),
    instant("again", optional=True, comment="after a failed attempt: when it is tried again"),
    text("problem", optional=True),
    sa.Index("timers_by_due", "state", "due", "rank", "number"),
    sa.Index("timers_by_entity", "machine", "entity", "state"),
    sa.Index("timers_by_rule", "rule", "state"),
)
TICKS = sa.Table(
    "schedule_ticks",
    METADATA,
    text("rule", primary_key=True),
    instant("last", comment="the last tick that was performed or skipped; the next one comes after it"),
    comment="How far each rule's schedule has come.",
)
CLOCKS = sa.Table(
    "sla_clocks",
    METADATA,
    text("policy", primary_key=True),
    text("entity", primary_key=True),
    text("machine"),
    whole("version", comment="the policy's"),
    whole("release", comment="the release whose policy and calendar it keeps"),
    text("state", comment="as it was when last written; due and warn say what it is now"),
    truth("paused"),
    instant("opened", optional=True),
    instant("due", optional=True),
    instant("warn", optional=True),
    instant("ended", optional=True),
    instant("next", optional=True, comment="when it is to be looked at again"),
    json("track"),
    sa.Index("sla_clocks_by_next", "next"),
    sa.Index("sla_clocks_by_entity", "machine", "entity"),
)
OUTBOX = sa.Table(
    "outbox",
    METADATA,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    text("key", unique=True, comment="the same at every attempt, so that a provider can tell a repeat"),
    text("kind", comment="notification or webhook"),
    text("root", index=True),
    text("event"),
    text("rule", optional=True),
    text("machine", optional=True),
    text("entity", optional=True),
    json("payload"),
    instant("not_before", comment="the end of the window in which it may be undone"),
    text("state", comment="new, leased, done, dead, in_doubt or withdrawn"),
    text("lease", optional=True),
    whole("token", comment="rises with every lease; who holds an older one may settle nothing"),
    instant("leased_until", optional=True),
    whole("attempts"),
    text("problem", optional=True),
    instant("created_at"),
    instant("settled_at", optional=True),
    sa.Index("outbox_by_state", "state", "not_before"),
)
IDEMPOTENCY = sa.Table(
    "idempotency_keys",
    METADATA,
    text("who", primary_key=True),
    text("key", primary_key=True),
    text("fingerprint", comment="SHA-256 over method, path and body"),
    whole("status"),
    json("headers"),
    text("body"),
    instant("at", index=True),
)
