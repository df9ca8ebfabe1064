"""A template as it can be rendered, and what rendering yields. Source: the language, "Template"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.diagnostics import Place
from engine.templates.segments import Segments

if TYPE_CHECKING:
    from engine.templates.text import CheckedText

CHANNELS = ("email", "sms", "telegram", "in_app")
LONGEST: Mapping[str, int] = {"email": 100_000, "sms": 1_530, "telegram": 4_096, "in_app": 10_000}
"""How many characters a channel's text may have: ten short messages, one Telegram message (Bot API, sendMessage)."""
LONGEST_SUBJECT = 250


@dataclass(frozen=True, slots=True)
class Said:
    """One channel's text in one locale, the tag as it is written. ``html`` tells that values are escaped in it."""

    locale: str
    subject: CheckedText | None
    body: CheckedText
    html: bool


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A checked template; ``channels`` holds what is said by channel and by locale in lower case."""

    id: str
    version: int
    description: str
    entity: str
    fallback: str
    channels: Mapping[str, Mapping[str, Said]]
    place: Place


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text may mention: the record of the template's entity, and the world its relations are looked up in."""

    record: Mapping[str, Any]
    world: Any


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it would be sent. ``locale`` is that of the text, ``subject`` is only a mail's."""

    template: str
    version: int
    channel: str
    locale: str
    subject: str | None
    body: str
    html: bool
    segments: Segments | None

    def as_json(self) -> dict[str, object]:
        """The form that ``virel template preview --format json`` prints."""
        found: dict[str, object] = {"template": self.template, "version": self.version}
        found |= {"channel": self.channel, "locale": self.locale}
        if self.subject is not None:
            found["subject"] = self.subject
        found |= {"body": self.body, "html": self.html}
        return found if self.segments is None else {**found, "segments": self.segments.as_json()}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is sent: a value is missing, a text grows too long, a channel is not written."""

    template: str
    version: int
    channel: str
    locale: str
    reason: str

    def as_json(self) -> dict[str, object]:
        """The form that ``virel template preview --format json`` prints."""
        found: dict[str, object] = {"template": self.template, "version": self.version}
        return found | {"channel": self.channel, "locale": self.locale, "refused": self.reason}
