"""What the documents of a folder ask of a world: which inverse relations, pasts and records must be kept."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.automation.model import OnDwell, OnEvent, OnSchedule, Rule
from engine.automation.paths import ABOUT, WORK
from engine.conditions.scope import Inverse
from engine.machines.model import Machine
from engine.machines.vocabulary import MachineVocabulary
from engine.reading.documents import Document
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar
from engine.sla.model import Policy

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Needs:
    """``inverses`` are (machine, relation) pairs, ``pasts`` machines whose moves are counted, ``unread`` machines whose
    records no rule, guard or relation ever looks at.
    """

    inverses: frozenset[tuple[str, str]]
    pasts: frozenset[str]
    unread: frozenset[str]


def needs_of(
    documents: Iterable[Document],
    machines: Mapping[str, Machine],
    vocabulary: MachineVocabulary,
    rules: Collection[Rule],
    policies: Iterable[Policy] = (),
) -> Needs:
    """Errs on the side of keeping: a word that could mean an inverse or a machine counts as its use."""
    words: set[str] = set()
    for document in documents:
        if document.root is not None and document.kind in ("rule", "machine", "sla", "matching", "template"):
            for text in _texts(document.root, document.kind == "machine"):
                words.update(_WORD.findall(text))
    inverses: set[tuple[str, str]] = set()
    for machine in machines:
        for name in vocabulary.names(machine):
            member = vocabulary.member(machine, name)
            if isinstance(member, Inverse) and name in words:
                inverses.add((member.machine, member.relation))
    for name, work in WORK.items():
        if name in words and vocabulary.member(work, ABOUT) is not None:
            inverses.add((work, ABOUT))
    for policy in policies:
        inverses.update(policy.reads.inverses())
    pasts = frozenset(machines) if "count_moves" in words else frozenset()
    return Needs(frozenset(inverses), pasts, frozenset(_unread(machines, rules, words)))


def _unread(machines: Mapping[str, Machine], rules: Collection[Rule], words: set[str]) -> Iterator[str]:
    triggers = [rule.text.trigger for rule in rules]
    triggered = {kind.partition(".")[0] for one in triggers if isinstance(one, OnEvent) for kind in one.types}
    timed = {one.entity for one in triggers if isinstance(one, OnDwell)}
    timed |= {one.for_each for one in triggers if isinstance(one, OnSchedule) and one.for_each is not None}
    for id, machine in machines.items():
        mentioned = {id, machine.plural} & words or any(
            name in words for other in machines.values() for name, r in other.relations.items() if r.machine == id
        )
        acted = any(
            action.entity == id and action.name not in ("create_task", "create_exception")
            for rule in rules
            for bound in rule.bound.values()
            for action in bound.actions
        )
        created = id in ("task", "exception")
        if created and id not in triggered and not (mentioned or id in timed or acted):
            yield id


def _texts(node: Node, guards_only: bool, inside: bool = False) -> Iterator[str]:
    """The texts that may hold expressions: of machines only the guards, elsewhere all but the description."""
    if isinstance(node, Scalar):
        if inside or not guards_only:
            yield node.text
    elif isinstance(node, MappingNode):
        for key, value in node.entries:
            if key.text != "description":
                yield from _texts(value, guards_only, inside or key.text == "guard")
    else:
        for item in node.items:
            yield from _texts(item, guards_only, inside)
