"""Permissions that look misspelt: they are one slip of the pen from a permission that something needs.

A permission is ``PLURAL.VERB``, or one of the application's own (``rules.publish``), of which there may be more than
the engine knows. So none is suspected for being unknown, only for being nearly a known one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine import catalog_messages as messages
from engine.diagnostics import Diagnostic, did_you_mean
from engine.machines.model import Machine
from engine.reading.documents import Document
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar, Sequence

# What may be done with every kind of entity, beside its transitions.
VERBS = frozenset({"read", "create", "update", "delete", "assign", "upload", "export"})
# What stands before the dot where the application or the engine itself asks; the verbs are those the engine knows.
AREAS: Mapping[str, frozenset[str]] = {
    "notifications": frozenset({"send"}),
    "webhooks": frozenset({"call"}),
    "timers": frozenset({"start"}),
    **dict.fromkeys(("audit", "events", "files", "releases", "reports", "roles", "rules", "users"), frozenset()),
}


def is_slip(word: str, known: str) -> bool:
    """Whether ``word`` is ``known`` but for one letter too many, too few, wrong or swapped, or for upper case."""
    if word == known:
        return False
    one, other = word.lower(), known.lower()
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return (len(one) <= 1 and len(other) <= 1) or (len(one) == 2 and one == other[::-1])


class Known:
    """The permissions that something needs. ``hidden`` are plurals of machines that are unavailable."""

    def __init__(self, machines: Iterable[Machine], needed: Iterable[str] = (), hidden: Iterable[str] = ()) -> None:
        self._verbs: dict[str, set[str]] = {area: set(verbs) for area, verbs in AREAS.items()}
        self._plural: dict[str, str] = {}
        self._hidden = frozenset(hidden)
        for machine in machines:
            self._verbs.setdefault(machine.plural, set()).update(VERBS, machine.transitions)
            self._plural[machine.id] = machine.plural
        self._exact = frozenset(needed)
        for permission in self._exact:
            area, _, verb = permission.partition(".")
            self._verbs.setdefault(area, set()).add(verb)

    def meant(self, permission: str) -> str | None:
        """The permission that was probably meant, or None where there is nothing to suspect."""
        area, _, verb = permission.partition(".")
        if permission in self._exact or area in self._hidden:
            return None
        if area in self._verbs:
            nearest = self._nearest(verb, self._verbs[area])
            return f"{area}.{nearest}" if nearest != verb else None
        known = self._plural.get(area) or next((name for name in sorted(self._verbs) if is_slip(area, name)), None)
        return f"{known}.{self._nearest(verb, self._verbs[known])}" if known is not None else None

    @staticmethod
    def _nearest(verb: str, verbs: set[str]) -> str:
        """The verb itself where it is known, else one it is a slip of; very short words are too near each other."""
        if verb in verbs or len(verb) < 4:
            return verb
        return next((known for known in sorted(verbs) if is_slip(verb, known)), verb)


def check_permissions(
    documents: Iterable[Document], machines: Mapping[str, Machine], needed: Iterable[str], hidden: Iterable[str]
) -> Iterator[Diagnostic]:
    """Grants and transitions whose permission looks misspelt. ``needed`` are those that the rules' actions need."""
    moves = [transition.permission for machine in machines.values() for transition in machine.transitions.values()]
    by_transition = Known(machines.values(), hidden=hidden)
    by_grant = Known(machines.values(), (*moves, *needed), hidden)
    for document in documents:
        if document.kind == "machine":
            for node in _each(_under(document.root, "transitions"), "permission"):
                meant = by_transition.meant(node.text)
                if meant is not None:
                    yield messages.misspelt_permission(node.place, node.text, meant, granted=False)
        elif document.kind == "role":
            for node in _each(_under(document.root, "grants"), "permission"):
                meant = by_grant.meant(node.text)
                if meant is not None:
                    yield messages.misspelt_permission(node.place, node.text, meant, granted=True)


def _under(root: MappingNode | None, key: str) -> Iterable[Node]:
    node = root.get(key) if root is not None else None
    if isinstance(node, MappingNode):
        return [value for _, value in node.entries]
    return node.items if isinstance(node, Sequence) else ()


def _each(nodes: Iterable[Node], key: str) -> Iterator[Scalar]:
    for node in nodes:
        found = node.get(key) if isinstance(node, MappingNode) else None
        if isinstance(found, Scalar):
            yield found


def unknown_permission(permission: str, machines: Mapping[str, Machine], named: Iterable[str]) -> str | None:
    """What is wrong with a permission that somebody asks about, or None. ``named`` are those that documents mention.

    ``PLURAL.VERB`` of a machine is known where the verb is one of the engine's or a transition; of an area of the
    application any verb is.
    """
    area, dot, verb = permission.partition(".")
    known = set(named)
    for machine in machines.values():
        known.update(f"{machine.plural}.{one}" for one in (*VERBS, *machine.transitions))
    known.update(f"{name}.{one}" for name, verbs in AREAS.items() for one in verbs)
    own = area in AREAS and not AREAS[area] and dot and verb
    if permission in known or (own and not any(machine.plural == area for machine in machines.values())):
        return None
    hint = did_you_mean(permission, known) or "write one such as bookings.read: a plural, a dot and a verb"
    return f'nothing is known of the permission "{permission}"; {hint}'
