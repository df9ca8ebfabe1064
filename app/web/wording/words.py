"""The words of the domain: states, moves, priorities and reasons are named in YAML and said in the reader's language.

What a folder calls ``awaiting_deposit`` is "Awaiting deposit" in English. Other languages have the words of the agency
in their catalogs, under a context (``state``, ``move``, ``field``, ``reason``, ``kind`` …); a word that a catalog does not have yet
is shown as it is in English.
"""

from __future__ import annotations

from app.web.wording.language import pgettext

KINDS = (
    "kind",
    "kinds",
    "state",
    "move",
    "field",
    "reason",
    "priority",
    "queue",
    "role",
    "event",
    "option",
    "verdict",
    "stage",
    "outcome",
    "template",
    "policy",
)
"""The contexts."""


def word(kind: str, name: str | None) -> str:
    """What a name of the documents is called. ``kind`` is one of ``KINDS``."""
    if not name:
        return ""
    return pgettext(kind, plain(name))


def plain(name: str) -> str:
    """The English word: ``awaiting_deposit`` is "Awaiting deposit"."""
    text = name.replace("_", " ").replace("-", " ").strip()
    return text if text.isupper() and len(text) < 4 else text[:1].upper() + text[1:].lower()
