"""A deadline in words: a shape, a word and a colour, with the instant behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.road.rows import stamp
from app.road.worklist import Item
from app.web.wording import moments
from app.web.wording.language import gettext as _
from engine.conditions.values import Timestamp

SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Deadline:
    """How a clock is shown. ``state`` colours it; ``icon`` is its shape, or a ring of ``percent``; ``title`` the instant."""

    state: str
    text: str
    icon: str = ""
    percent: int = 0
    title: str = ""
    due: str = ""


def deadline(item: Item, now: Timestamp) -> Deadline:
    """The deadline of an item without its clock: from the due instant alone."""
    if item.paused:
        return Deadline("paused", _("Paused"), "pause")
    if item.due is None:
        return Deadline("nodate", _("No deadline"), "none")
    due = stamp(item.due)
    left = (int(due) - int(now)) // SECOND
    title = moments.instant(due)
    if left < 0:
        return Deadline(
            "breached", _("%(span)s late") % {"span": moments.span(-left)}, "octbang", title=title, due=due.text()
        )
    begun = int(item.record["created_at"])
    whole = max(int(due) - begun, 1)
    percent = min(100, max(0, round(100 * (int(due) - int(now)) / whole)))
    text = _("%(span)s left") % {"span": moments.span(left)}
    return Deadline(
        "running" if percent > 15 else "warning", text, "" if percent > 15 else "tribang", percent, title, due.text()
    )


def clock(shown: dict[str, Any], now: Timestamp) -> Deadline:
    """A policy's clock as it stands, for a card."""
    state = shown["state"]
    title = moments.instant(shown["due"]) if shown["due"] and shown["due"] != "hidden" else ""
    if state == "achieved":
        return Deadline("achieved", _("Met"), "met", title=title)
    if state == "cancelled":
        return Deadline("nodate", _("Called off"), "none")
    if shown["paused"]:
        return Deadline("paused", _("Paused"), "pause", title=title)
    if not title:
        return Deadline("nodate", _("No deadline"), "none")
    left = (int(Timestamp.parse(shown["due"])) - int(now)) // SECOND
    if left < 0:
        return Deadline("breached", _("%(span)s late") % {"span": moments.span(-left)}, "octbang", title=title)
    if not shown["within_hours"]:
        return Deadline(
            "outside", _("Closed now, due %(when)s") % {"when": moments.day_hour(shown["due"])}, "moon", title=title
        )
    text = _("%(span)s left") % {"span": moments.span(left)}
    warned = state == "warning"
    return Deadline("warning" if warned else "running", text, "tribang" if warned else "", 50, title)
