"""The queues there are: those that somebody works, and those that documents put work into."""

from __future__ import annotations

import sqlalchemy as sa

from app.road.road import StoredRoad
from app.store.entities import USERS
from app.store.statements import loaded
from engine.catalog import Catalog
from engine.reading.nodes import Scalar

KEY = "queue"


def queues(road: StoredRoad) -> frozenset[str]:
    """The queues of active people and of the live documents. Work in any other would be seen by nobody."""
    named: frozenset[str] | None = road.prepared.get(KEY)
    if named is None:
        named = road.prepared[KEY] = of_documents(road.catalog)
    rows = road.connection.execute(sa.select(USERS.c.queues).where(USERS.c.status == "active"))
    return named.union(*(loaded(row.queues) or () for row in rows))


def of_documents(catalog: Catalog) -> frozenset[str]:
    """The queues that actions of rules and escalations name; one that a text computes is known when it is."""
    texts = [rule.text for rule in catalog.rules.values()]
    texts += [step.bound.rule.text for policy in catalog.policies.values() for step in policy.steps]
    named = (action.keys.get(KEY) for text in texts for action in text.actions)
    return frozenset(node.text for node in named if isinstance(node, Scalar) and "{{" not in node.text)
