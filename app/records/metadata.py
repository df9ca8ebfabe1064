"""Everything that the platform keeps, as tables: what migrations must come to."""

from __future__ import annotations

from app.records import events, releases
from app.store import columns, entities, identity, journal, waiting

METADATA = (events.METADATA, releases.METADATA, columns.METADATA)
"""In the order in which they may be made."""
MODULES = (entities, identity, journal, waiting)
"""Where the tables of the last are declared: each adds its own when it is imported."""
