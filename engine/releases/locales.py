"""A release lists the locales that every template must have, in each of its channels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.diagnostics import Diagnostic
from engine.reading.nodes import Mapping
from engine.releases import messages
from engine.releases.content import ReleaseContent


def check_locales(content: ReleaseContent, locales: Iterable[str]) -> Iterator[Diagnostic]:
    """A finding for each channel of a template that lacks a locale; tags compare without regard to case."""
    wanted = list(locales)
    for document in content.named.values():
        channels = document.root.get("channels") if document.kind == "template" and document.root is not None else None
        for channel, texts in channels.entries if isinstance(channels, Mapping) else ():
            there = {key.text.lower() for key, _ in texts.entries} if isinstance(texts, Mapping) else set()
            for locale in wanted:
                if locale.lower() not in there:
                    yield messages.locale_missing(channel.place, channel.length, channel.text, locale)
