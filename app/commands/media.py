"""Pictures of models: added, put in order, taken away. One of them, the first unless another is chosen, is the cover.

Who may change all fields of a model may change its pictures; a grant that lists ``fields`` does not cover them, because
a picture is none of the fields that it could list.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.media.pictures import Picture
from app.road import commands
from app.road.audit import Entry
from app.road.problems import (
    CollisionError,
    Fault,
    ForbiddenError,
    InvalidError,
    NotAllowedNowError,
    NotFoundError,
    ProblemError,
    StaleError,
)
from app.road.road import StoredRoad
from app.road.rows import micro
from app.road.texts import unreadable
from app.road.world import ChangedMeanwhileError
from app.store.entities import MEDIA
from engine.simulation.world import Record

MOST_PICTURES = 100
MOST_BYTES = 500 * 1024 * 1024
"""Of one model's pictures together."""
LONGEST_TITLE = 300
CHANGES = ("title", "position", "cover")


class QuotaError(ProblemError):
    """The model has as many pictures as it may have."""


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture's row; ``position`` counts from 1 without gaps."""

    id: str
    model: str
    position: int
    cover: bool
    file: str
    kind: str
    hash: str
    size: int
    width: int
    height: int
    title: str | None
    uploaded_by: str | None
    created_at: int

    @property
    def etag(self) -> str:
        """The entity tag of the picture and what is said about it: one for both, since they are one resource."""
        told = [self.file, self.title, self.position, self.cover]
        return f'"{sha256(orjson.dumps(told)).hexdigest()[:32]}"'


def may_add(road: StoredRoad, model_id: str) -> None:
    """Like ``may_change``; raises NotAllowedNowError where the model is archived and gets no more pictures."""
    if may_change(road, model_id)["status"] == "archived":
        raise NotAllowedNowError("The model is archived and gets no more pictures.")


def may_change(road: StoredRoad, model_id: str) -> Record:
    """The model, locked. Raises NotFoundError or ForbiddenError unless the caller may change its pictures."""
    machine = commands.machine_of(road, "model")
    record, _ = commands.readable(road, machine, model_id, lock=True)
    granted = commands.allow(road, "models.update", machine, record)
    if granted is not None and granted.writable is not None:
        place = granted.place
        where = f"{place.file}:{place.line}" if place is not None else None
        reason = f"{granted.role} may change some fields of a model only, and not its media"
        raise ForbiddenError("model", model_id, "models.update", reason, where)
    return record


def media(road: StoredRoad, model_id: str) -> list[Medium]:
    """The pictures of a model that the caller may read, in their order."""
    commands.readable(road, commands.machine_of(road, "model"), model_id)
    return _rows(road, model_id)


def medium(road: StoredRoad, model_id: str, id: str) -> Medium:
    """One picture of a model that the caller may read. Raises NotFoundError."""
    return _one(media(road, model_id), id)


def covers(road: StoredRoad, model_ids: list[str]) -> dict[str, Medium]:
    """The covers of some models, which the caller may read, by the models' ids."""
    query = sa.select(MEDIA).where(MEDIA.c.model.in_(model_ids), MEDIA.c.cover)
    return {row["model"]: Medium(**row) for row in road.connection.execute(query).mappings()}


def _rows(road: StoredRoad, model_id: str) -> list[Medium]:
    query = sa.select(MEDIA).where(MEDIA.c.model == model_id).order_by(MEDIA.c.position, MEDIA.c.id)
    return [Medium(**row) for row in road.connection.execute(query).mappings()]


def _one(rows: list[Medium], id: str) -> Medium:
    for row in rows:
        if row.id == id:
            return row
    raise NotFoundError("media", id)


def add(road: StoredRoad, model_id: str, picture: Picture, file: str, title: str | None) -> Medium:
    """A picture behind the others. Raises CollisionError where the model has it, QuotaError where it has too many."""
    may_add(road, model_id)
    rows = _rows(road, model_id)
    for row in rows:
        if row.hash == picture.hash:
            raise CollisionError("The model has this picture already.", ("media", row.id, row.title))
    if len(rows) >= MOST_PICTURES:
        raise QuotaError(f"The model has {MOST_PICTURES} pictures, which is the most; remove one first.")
    if sum(row.size for row in rows) + len(picture.content) > MOST_BYTES:
        most = MOST_BYTES // 2**20
        raise QuotaError(f"The model's pictures would come to more than {most} MB; remove some first.")
    made = Medium(
        id=commands.new_id(),
        model=model_id,
        position=len(rows) + 1,
        cover=not rows,
        file=file,
        kind=picture.kind,
        hash=picture.hash,
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
        title=title,
        uploaded_by=road.journal.caller.id,
        created_at=micro(road.now),
    )
    try:
        road.connection.execute(MEDIA.insert().values(**_values(made)))
    except IntegrityError as error:  # another was quicker
        raise ChangedMeanwhileError("the model's pictures have changed") from error
    _note(road, model_id, "added", {"media": (None, made.id), "hash": (None, made.hash), "title": (None, title)})
    return made


def change(road: StoredRoad, model_id: str, id: str, values: dict[str, Any], etags: Collection[str] | None) -> Medium:
    """A picture with another title, place or as the cover. Raises StaleError where no tag is its own."""
    may_change(road, model_id)
    rows = _rows(road, model_id)
    before = _fresh(rows, id, etags)
    _check(values, before, len(rows))
    others = [row for row in rows if row.id != id]
    if "position" in values:
        others.insert(values["position"] - 1, before)
        _place(road, others)
    if values.get("cover") and not before.cover:
        _choose(road, model_id, id)
    if "title" in values:
        road.connection.execute(MEDIA.update().where(MEDIA.c.id == id).values(title=values["title"]))
    after = _one(_rows(road, model_id), id)
    changes = {name: (getattr(before, name), getattr(after, name)) for name in CHANGES}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if changes:
        _note(road, model_id, "changed", {"media": (id, id), **changes})
    return after


def remove(road: StoredRoad, model_id: str, id: str, etags: Collection[str] | None) -> Medium:
    """Takes a picture away; the next one becomes the cover where it was. Its file is the caller's to remove."""
    may_change(road, model_id)
    rows = _rows(road, model_id)
    gone = _fresh(rows, id, etags)
    road.connection.execute(MEDIA.delete().where(MEDIA.c.id == id))
    others = [row for row in rows if row.id != id]
    _place(road, others)
    if gone.cover and others:
        _choose(road, model_id, others[0].id)
    _note(road, model_id, "removed", {"media": (id, None), "hash": (gone.hash, None), "title": (gone.title, None)})
    return gone


def known_files(connection: Connection, names: list[str]) -> list[str]:
    """Those of some files' names that a row has."""
    found: list[str] = []
    for start in range(0, len(names), 500):
        query = sa.select(MEDIA.c.file).where(MEDIA.c.file.in_(names[start : start + 500]))
        found.extend(connection.execute(query).scalars())
    return found


def _fresh(rows: list[Medium], id: str, etags: Collection[str] | None) -> Medium:
    found = _one(rows, id)
    if etags is not None and found.etag not in etags:
        raise StaleError("media", id, 0)
    return found


def _check(values: dict[str, Any], before: Medium, count: int) -> None:
    faults: list[Fault] = []
    for name, value in values.items():
        if name not in CHANGES:
            faults.append(Fault(f"/{name}", "unknown_field", "no such field"))
        elif name == "title":
            faults.extend(title_faults(value))
        elif name == "cover":
            if not isinstance(value, bool):
                faults.append(Fault("/cover", "invalid", "expected true or false"))
            elif before.cover and not value:
                faults.append(Fault("/cover", "invalid", "make another picture the cover instead"))
        elif not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= count:
            faults.append(Fault("/position", "invalid", f"a whole number from 1 to {count}"))
    if faults:
        raise InvalidError(faults)


def title_faults(value: Any) -> list[Fault]:
    """What is wrong with a title; null is none."""
    if value is None:
        return []
    if not isinstance(value, str):
        return [Fault("/title", "invalid", "expected a text, or null")]
    if len(value) > LONGEST_TITLE:
        return [Fault("/title", "invalid", f"at most {LONGEST_TITLE} characters")]
    if unreadable(value, lines=False):
        return [Fault("/title", "invalid", "one line without control characters")]
    return []


def _place(road: StoredRoad, ordered: list[Medium]) -> None:
    for position, row in enumerate(ordered, 1):
        if row.position != position:
            road.connection.execute(MEDIA.update().where(MEDIA.c.id == row.id).values(position=position))


def _choose(road: StoredRoad, model_id: str, id: str) -> None:
    road.connection.execute(MEDIA.update().where(MEDIA.c.model == model_id).values(cover=MEDIA.c.id == id))


def _values(one: Medium) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Medium.__dataclass_fields__}


def _note(road: StoredRoad, model_id: str, what: str, changes: dict[str, tuple[Any, Any]]) -> None:
    actor = road.journal.caller.id
    road.journal.entries.append(
        Entry("model", model_id, micro(road.now), actor, f"model.media_{what}", changes=changes)
    )
