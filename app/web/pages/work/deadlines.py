"""A deadline in words: a shape, a word and a colour, with the instant behind it, and what a browser needs to keep it true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel.dates import format_skeleton

from app.road.rows import stamp
from app.road.standing import Face
from app.road.worklist import Item
from app.web.wording import moments
from app.web.wording.language import gettext as _
from app.web.wording.language import locale
from engine.conditions.values import Timestamp
from engine.conditions.veil import HIDDEN

SECOND = 1_000_000_000
NEAR = 15
"""Percent of a task's own span that are left when its deadline counts as near."""
HALF = 50
"""Percent of a ring of which it is not known how full it is."""
CLIENTS_TURN = "waiting_for_client"
"""The state in which an inquiry waits for its client."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """How a deadline is shown. ``state`` colours it; ``icon`` is its shape, or a ring of ``percent``; ``title`` the instant.

    ``since``, ``warn`` and ``due`` are instants from which a browser says it anew as time passes; ``warned`` says that
    a policy warns then, and does not only run short.
    """

    state: str
    text: str
    icon: str = ""
    percent: int = 0
    title: str = ""
    due: str = ""
    warn: str = ""
    since: str = ""
    warned: bool = False


@lru_cache(maxsize=20_000)
def _spelt(due: Timestamp, language: str, zone: str) -> str:
    """An instant in full, kept: a list is shown again whenever something in it changes, and spelling costs more than all else."""
    return moments.instant(due)


def _instant(due: Timestamp) -> str:
    return _spelt(due, locale(), moments.zone().key)


def of_item(item: Item, faces: Sequence[Face], now: Timestamp) -> Deadline:
    """The deadline of an item: of the clock that runs out first, else its own."""
    going = [face for face in faces if face.ended is None]
    if going:
        return of_clock(min(going, key=lambda face: (face.paused, face.due is None, int(face.due or 0))), now)
    if item.record.get("due") is None:
        return of_clock(faces[-1], now) if faces else Deadline("nodate", _("No deadline"), "none")
    due, since = stamp(item.due) if item.due is not None else item.record["due"], item.record["created_at"]
    near = Timestamp(int(due) - (int(due) - int(since)) * NEAR // 100)
    return running(since, near, due, now, warned=False)


def asleep(until: str, now: Timestamp) -> Deadline:
    """When a task that is put off comes back."""
    text = _("Back %(when)s") % {"when": soon(Timestamp.parse(until), now)}
    return Deadline("outside", text, "moon", title=moments.instant(until))


def of_clock(face: Face, now: Timestamp, status: str = "") -> Deadline:
    """A policy's clock as it stands, on an entity in the state ``status``."""
    title = _instant(face.due) if face.due is not None else ""
    if face.state == "cancelled":
        return Deadline("nodate", _("Called off"), "none")
    if face.ended is not None:
        return _ended(face, title)
    if face.paused:
        text = _("Paused, client’s turn") if status == CLIENTS_TURN else _("Paused")
        return Deadline("paused", text, "pause", title=title)
    if face.hidden:
        return Deadline("nodate", _("Not yours to see"), "lock")
    if face.due is None:
        return Deadline("nodate", _("No deadline"), "none")
    if face.opens is not None and now < face.due:
        text = _("Closed until %(when)s") % {"when": soon(face.opens, now)}
        return Deadline("outside", text, "moon", title=_("Due %(when)s") % {"when": title})
    return running(face.opened, face.warn, face.due, now, warned=True)


def clock(shown: Mapping[str, Any], now: Timestamp) -> Deadline:
    """A clock as ``standing.clocks_of`` tells it, which does not say when it opened: it is not said anew as time passes."""
    due = Timestamp.parse(shown["due"]) if shown["due"] not in (None, HIDDEN) else None
    title = _instant(due) if due is not None else ""
    if shown["state"] == "achieved":
        return Deadline("achieved", _("Met"), "met", title=title)
    if shown["state"] == "cancelled":
        return Deadline("nodate", _("Called off"), "none")
    if shown["paused"]:
        return Deadline("paused", _("Paused"), "pause", title=title)
    if due is None:
        return Deadline("nodate", _("No deadline"), "none")
    if now <= due and not shown["within_hours"]:
        text = _("Closed now, due %(when)s") % {"when": moments.day_hour(due)}
        return Deadline("outside", text, "moon", title=title)
    left = (int(due) - int(now)) // SECOND
    span = {"span": moments.span(left)}
    if left < 0:
        return Deadline("breached", _("%(span)s late") % span, "octbang", title=title)
    if shown["state"] == "warning":
        return Deadline("warning", _("%(span)s left, warned") % span, "tribang", title=title)
    return Deadline("running", _("%(span)s left") % span, "", HALF, title)


def running(since: Timestamp, warn: Timestamp | None, due: Timestamp, now: Timestamp, *, warned: bool) -> Deadline:
    """A deadline that time runs towards."""
    left = (int(due) - int(now)) // SECOND
    kept: dict[str, Any] = {"due": due.text(), "since": since.text(), "warned": warned}
    kept |= {"warn": warn.text() if warn is not None else "", "title": _instant(due)}
    if left < 0:
        return Deadline("breached", _("%(span)s late") % {"span": moments.span(-left)}, "octbang", **kept)
    span = {"span": moments.span(left)}
    if warn is not None and now >= warn:
        text = _("%(span)s left, warned") if warned else _("%(span)s left")
        return Deadline("warning", text % span, "tribang", **kept)
    whole = max(int(due) - int(since), 1)
    percent = min(100, max(0, round(100 * (int(due) - int(now)) / whole)))
    return Deadline("running", _("%(span)s left") % span, "", percent, **kept)


def _ended(face: Face, title: str) -> Deadline:
    if face.ended is None or face.due is None:
        return Deadline("achieved", _("Met"), "met")
    early = (int(face.due) - int(face.ended)) // SECOND
    if early < 0:
        return Deadline("nodate", _("Settled %(span)s late") % {"span": moments.span(-early)}, "octbang", title=title)
    return Deadline("achieved", _("Met, %(span)s early") % {"span": moments.span(early)}, "met", title=title)


def soon(value: Timestamp, now: Timestamp) -> str:
    """10:00 CET today, Mon 10:00 CET within a week, else with the date."""
    at, here = moments.local(value), moments.local(now)
    hour = f"{moments.hour(value)} {moments.zone_name(value)}"
    if at.date() == here.date():
        return hour
    if (at.date() - here.date()).days < 7:
        return f"{format_skeleton('EEE', at, locale=locale())} {hour}"
    return f"{moments.day_hour(value)} {moments.zone_name(value)}"
