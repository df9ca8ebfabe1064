"""The tables of the agency's entities, one a machine; a test holds them to the machines' fields."""

from __future__ import annotations

import sqlalchemy as sa

from app.store.columns import METADATA, entity, instant, json, money, reference, text, truth, whole

USERS = entity(
    "users",
    text("name", optional=True),
    text("email", optional=True, unique=True),
    json("roles", optional=True),
    json("queues", optional=True),
    text("locale", optional=True),
    text("timezone", optional=True),
)
CLIENTS = entity(
    "clients",
    text("code", unique=True),
    text("name"),
    text("tier"),
    text("kind"),
    text("locale"),
    text("timezone"),
    text("email", optional=True, index=True),
    text("phone", optional=True, index=True),
    text("notes_internal", optional=True),
)
MODELS = entity(
    "models",
    text("public_code", unique=True),
    text("name"),
    text("category"),
    text("home_city"),
    text("timezone"),
    money("day_rate"),
    whole("rating_internal"),
    text("notes_internal", optional=True),
)
INQUIRIES = entity(
    "inquiries",
    text("code", unique=True),
    text("source"),
    text("category"),
    instant("starts_at"),
    instant("ends_at"),
    money("budget", optional=True),
    text("message", optional=True),
    whole("replies"),
    reference("client", "clients"),
    reference("model", "models", optional=True),
    reference("assignee", "users", optional=True),
    sa.CheckConstraint("starts_at < ends_at", name="ends_after_start"),
    sa.Index("inquiries_by_state", "status", "created_at"),
)
BOOKINGS = entity(
    "bookings",
    text("code", unique=True),
    money("total"),
    text("deposit_status"),
    instant("starts_at"),
    instant("ends_at"),
    text("city"),
    text("notes", optional=True),
    reference("client", "clients"),
    reference("model", "models", index=False),
    reference("inquiry", "inquiries", optional=True),
    sa.CheckConstraint("starts_at < ends_at", name="ends_after_start"),
    sa.Index("bookings_by_model", "model", "starts_at"),
    sa.Index("bookings_by_state", "status", "created_at"),
)
SLOTS = entity(
    "slots",
    text("kind"),
    instant("starts_at"),
    instant("ends_at"),
    text("note", optional=True),
    reference("model", "models", index=False),
    sa.CheckConstraint("starts_at < ends_at", name="ends_after_start"),
    sa.Index("slots_by_model", "model", "starts_at"),
)
OPTIONS = entity(
    "options",
    whole("rank"),
    instant("expires_at"),
    reference("slot", "slots"),
    reference("booking", "bookings"),
    sa.CheckConstraint("rank >= 1", name="rank_counts_from_one"),
)
PAYMENTS = entity(
    "payments",
    text("purpose"),
    money("amount"),
    instant("due_at"),
    text("failure_code", optional=True),
    reference("booking", "bookings"),
    sa.Index("payments_by_state", "status", "due_at", "id"),
)
TASKS = entity(
    "tasks",
    text("title"),
    text("queue", optional=True),
    text("priority"),
    instant("due", optional=True),
    text("about", optional=True, index=True),
    reference("assignee", "users", optional=True, index=False),
    sa.Index("tasks_by_assignee", "assignee", "created_at"),
    sa.Index("tasks_by_queue", "queue", "created_at"),
    sa.Index("tasks_by_state", "status", "created_at"),
)
EXCEPTIONS = entity(
    "exceptions",
    text("reason"),
    text("title", optional=True),
    text("priority"),
    text("about", optional=True, index=True),
    reference("assignee", "users", optional=True),
    sa.Index("exceptions_by_state", "status", "created_at"),
)
ENTITIES: dict[str, sa.Table] = {
    "user": USERS,
    "client": CLIENTS,
    "model": MODELS,
    "inquiry": INQUIRIES,
    "booking": BOOKINGS,
    "slot": SLOTS,
    "option": OPTIONS,
    "payment": PAYMENTS,
    "task": TASKS,
    "exception": EXCEPTIONS,
}
"""The tables by the machines' ids, each after those it refers to."""

CODES = sa.Table(
    "codes",
    METADATA,
    text("code", primary_key=True),
    text("machine"),
    text("entity"),
    comment="Every short code that was ever given out; a row stays when its entity goes, so that no code comes twice.",
)
MEDIA = sa.Table(
    "media",
    METADATA,
    text("id", primary_key=True),
    reference("model", "models", index=False),
    whole("position"),
    truth("cover"),
    text("file", comment="the random name under which the bytes lie in the media folder"),
    text("kind", comment="its media type"),
    text("hash", comment="SHA-256 of what was uploaded, so that the same picture is found again"),
    whole("size"),
    whole("width"),
    whole("height"),
    text("title", optional=True),
    text("uploaded_by", optional=True),
    instant("created_at"),
    sa.UniqueConstraint("model", "hash"),
)
SERVICES = sa.Table(
    "booking_services",
    METADATA,
    text("id", primary_key=True),
    reference("booking", "bookings"),
    text("title"),
    whole("quantity"),
    *money("price"),
    instant("created_at"),
    sa.CheckConstraint("quantity >= 1", name="quantity_counts"),
)
