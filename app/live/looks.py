"""What pages are told beside the bare changes: the parts of them that changed, as each viewer may see them.

A page that fetched such a part for every change would do the same work as all others that show it; here it is done once
for all who see the same.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from werkzeug.wrappers import Request

from app.live.changes import Change
from app.road.caller import Caller
from app.road.road import StoredRoad

Look: TypeAlias = Hashable
"""How a page looks on: two that are equal are told the same parts."""


class Parts(Protocol):
    """Makes parts of pages."""

    def look(self, request: Request, caller: Caller) -> Look | None:
        """How the page that sent a handshake looks on; None for one that wants the bare changes."""
        ...

    def parts(
        self, road: StoredRoad, changes: Sequence[Change], looks: Collection[Look]
    ) -> Mapping[Look, Mapping[str, Any]]:
        """What is told of some changes, as JSON has it, by look and then by ``machine/id``; a look may get nothing."""
        ...
