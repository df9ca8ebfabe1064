"""The words of the domain: states, moves, priorities and reasons are named in YAML and said in the reader's language.

What a folder calls ``awaiting_deposit`` is "Awaiting deposit" in English. Other languages have the words of the agency
in their catalogs, under a context (``state``, ``move``, ``field``, ``reason``, ``kind`` …); a word that a catalog does not have yet
is shown as it is in English. Where words agree with what they are said of, as a Russian adjective does, the catalog has
them once more under the context and the kind of entity: ``state.payment``.
"""

from __future__ import annotations

import re

from app.web.wording.language import gettext, pgettext

NAMED = re.compile(r"[a-z]+(?:_[a-z]+)+")
"""A reason that is a name, as ``paid_after_release``, and no text."""
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
"""The contexts of names."""
TEXTS = ("matching", "about role", "reason of rule")
"""The contexts of whole texts that documents have: the reasons of a matching, the description of a role, why a rule acts."""


def word(kind: str, name: str | None, of: str = "") -> str:
    """What a name of the documents is called. ``kind`` is one of ``KINDS``; ``of`` is the kind of entity that has it."""
    if not name:
        return ""
    text = plain(name)
    if of:
        said = pgettext(f"{kind}.{of}", text)
        if said != text:
            return said
    return pgettext(kind, text)


def agreeing(of: str, text: str) -> str:
    """A text of the pages that says something of a kind of entity, with which its words may have to agree."""
    said = pgettext(f"said.{of}", text)
    return said if said != text else gettext(text)


def briefly(text: str) -> str:
    """A text of the pages where there is little room for it: short, where the catalog has it so."""
    said = pgettext("short", text)
    return said if said != text else gettext(text)


def reason_by(actor: str | None, reason: str) -> str:
    """A reason as it was given: a person's stands as they wrote it, a rule's is a text or a name of its document."""
    if not (actor or "").startswith(("rule:", "sla:")):
        return reason
    return word("reason", reason) if NAMED.fullmatch(reason) else written("reason of rule", reason)


def written(kind: str, text: str) -> str:
    """A text of the documents in the reader's language, where its catalog has it. ``kind`` is one of ``TEXTS``."""
    return pgettext(kind, text) if text else ""


def plain(name: str) -> str:
    """The English word: ``awaiting_deposit`` is "Awaiting deposit"."""
    text = name.replace("_", " ").replace("-", " ").strip()
    return text if text.isupper() and len(text) < 4 else text[:1].upper() + text[1:].lower()
