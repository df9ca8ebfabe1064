"""Locales: BCP 47 tags, and which text a reader of one gets. Source: RFC 4647, section 3.4 (lookup)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def shorter(tag: str) -> Iterator[str]:
    """The tag in lower case, then with ever fewer subtags: ``zh-hant-tw``, ``zh-hant``, ``zh``.

    A single letter or digit, which only introduces what follows it, goes together with that.
    """
    parts = tag.lower().split("-")
    while parts:
        yield "-".join(parts)
        parts.pop()
        if len(parts) > 1 and len(parts[-1]) == 1:
            parts.pop()


def lookup(asked: str, fallback: str, written: Iterable[str]) -> str | None:
    """Which of the written tags (in lower case) a reader of ``asked`` gets: the nearest, else the fallback's."""
    known = set(written)
    return next((tag for start in (asked, fallback) for tag in shorter(start) if tag in known), None)


def language(tag: str) -> str:
    """The first subtag in lower case: ``pt`` of ``pt-BR``."""
    return tag.lower().partition("-")[0]
