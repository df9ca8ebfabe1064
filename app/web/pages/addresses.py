"""Where the page of an entity is, for kinds that have one."""

from __future__ import annotations

PLURALS = {"booking": "bookings", "client": "clients", "model": "models", "inquiry": "inquiries", "payment": "payments"}


def address(machine: str, id: str) -> str:
    """The path of an entity's page; empty for a kind without one."""
    plural = PLURALS.get(machine)
    return f"/{plural}/{id}" if plural is not None else ""
