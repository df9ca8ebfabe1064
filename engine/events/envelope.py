"""The wire form of an event: CloudEvents 1.0 with Virel's own attributes (language.md, "Events and replay").

A ``WireEvent`` is what a line of a file or a row of the store says, before anyone has asked the machines what its
values mean: ``data`` and ``changes`` are plain JSON here, only ``time`` is already an instant.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from engine.conditions.values import Timestamp

NANOSECONDS = 1_000_000_000
IMPORT_SOURCE = "import"
"""The ``source`` of an imported event is this word, a colon and the hash of its log."""
Depth = Annotated[int, msgspec.Meta(ge=0)]


class Actor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who acted: an id, with the roles and queues held at that moment where they are known."""

    id: str
    roles: list[str] = []
    queues: list[str] = []


class WireEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="specversion", tag="1.0"):
    """One event as it is written down.

    ``type`` is ``machine.name``, ``subject`` the entity's id (empty for events about none, such as a schedule's
    tick). ``cause`` is the id of the event or row behind this one, ``root`` that of the first in the chain, ``depth``
    the distance from it. ``changes`` maps a field to its values before and after, null meaning missing. ``facts`` are
    entities by machine and id that the fold may lack; ``labels`` are known only later and hidden from conditions.
    """

    id: str
    type: str
    time: Timestamp
    source: str = ""
    subject: str = ""
    data: dict[str, Any] = {}
    cause: str | None = None
    root: str | None = None
    depth: Depth = 0
    actor: Actor | str | None = None
    release: int | str | None = None
    changes: dict[str, tuple[Any, Any]] = {}
    versions: dict[str, Any] = {}
    facts: dict[str, dict[str, dict[str, Any]]] = {}
    labels: dict[str, Any] = {}

    @property
    def machine(self) -> str:
        """The machine that the type speaks of: ``booking`` of ``booking.created``."""
        return self.type.partition(".")[0]

    @property
    def name(self) -> str:
        """What happened, without the machine: ``created`` of ``booking.created``."""
        return self.type.partition(".")[2]


def actor_of(event: WireEvent) -> Actor | None:
    """The actor in its long form, whichever form was written."""
    return Actor(event.actor) if isinstance(event.actor, str) else event.actor


def is_import_creation(event: WireEvent) -> bool:
    """Whether an import made this event before a case's first row; such events are not counted as input."""
    return event.type.endswith(".created") and event.source.startswith(f"{IMPORT_SOURCE}:")


def decode(line: bytes) -> WireEvent:
    """One event from its JSON text in UTF-8.

    An attribute that is null is missing. Raises ``msgspec.DecodeError`` for what is no JSON, its subclass
    ``msgspec.ValidationError`` for JSON that is no event, ``UnicodeDecodeError`` and ``RecursionError``;
    ``engine.events.jsonl`` turns them into diagnostics.
    """
    try:
        return _DECODER.decode(line)
    except msgspec.ValidationError:
        if b"null" not in line:
            raise
        plain = msgspec.json.decode(line)
        if not isinstance(plain, dict) or None not in plain.values():
            raise
        said = {name: value for name, value in plain.items() if value is not None}
        return msgspec.convert(said, WireEvent, dec_hook=_decode_hook)


def encode(event: WireEvent) -> bytes:
    """The event as one line of JSON, without its line end.

    Attributes stand in fixed order, empty ones are left out and the keys of every other object are sorted, so that
    equal events are equal bytes.
    """
    return _ENCODER.encode(event)


def as_json(event: WireEvent) -> dict[str, object]:
    """The event as plain values, as ``encode`` writes it."""
    plain: dict[str, object] = msgspec.json.decode(encode(event))
    return plain


def _decode_hook(kind: type, value: object) -> object:
    if kind is not Timestamp:
        raise NotImplementedError(kind)
    if not isinstance(value, str):
        raise TypeError("a time is a text such as 2026-03-27T10:00:00Z")
    # Whole seconds in UTC are what nearly every log holds, and the C parser reads them ten times faster than the exact
    # one. It also takes ISO week dates and basic forms, which the positions of the separators exclude.
    if len(value) == 20 and value[4::3] == "--T::Z":
        return Timestamp(int(datetime.fromisoformat(value).timestamp()) * NANOSECONDS)
    return Timestamp.parse(value)


def _encode_hook(value: object) -> object:
    if isinstance(value, Timestamp):
        return value.text()
    raise NotImplementedError(type(value))


_DECODER = msgspec.json.Decoder(WireEvent, dec_hook=_decode_hook)
_ENCODER = msgspec.json.Encoder(enc_hook=_encode_hook, order="deterministic")
