"""What the documents of a folder ask of a world: which inverse relations, pasts and records must be kept."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.automation.model import OnDwell, OnEvent, Rule
from engine.automation.paths import ABOUT, WORK
from engine.conditions.scope import Inverse
from engine.machines.model import Machine
from engine.machines.vocabulary import MachineVocabulary
from engine.reading.documents import Document
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar
from engine.sla.model import Policy

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
MADE = frozenset(("task", "exception"))
"""The machines whose entities rules make."""


@dataclass(frozen=True, slots=True)
class Needs:
    """``inverses`` are (machine, relation) pairs, ``pasts`` machines whose moves are counted, ``unread`` machines whose
    records no rule, guard or relation ever looks at, ``passing`` those that only rules about their creation look at.
    """

    inverses: frozenset[tuple[str, str]]
    pasts: frozenset[str]
    unread: frozenset[str]
    passing: frozenset[str]


def needs_of(
    documents: Iterable[Document],
    machines: Mapping[str, Machine],
    vocabulary: MachineVocabulary,
    rules: Collection[Rule],
    policies: Iterable[Policy] = (),
) -> Needs:
    """Errs on the side of keeping: a word that could mean an inverse or a machine counts as its use."""
    said: list[tuple[Document, set[str]]] = []
    for document in documents:
        if document.root is not None and document.kind in ("rule", "machine", "sla", "matching", "template"):
            texts = _texts(document.root, document.kind == "machine")
            said.append((document, {word for text in texts for word in _WORD.findall(text)}))
    words = {word for _, found in said for word in found}
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
    reached = {machine for machine, _ in inverses} | {
        relation.machine
        for machine in machines.values()
        for name, relation in machine.relations.items()
        if name in words
    }
    unread: set[str] = set()
    passing: set[str] = set()
    for id in MADE & machines.keys() - reached:
        if machines[id].plural in words:
            continue
        own = {rule.text.id: rule for rule in rules if _at_creation(rule, id)}
        others = [rule for rule in rules if rule.text.id not in own]
        read = any(id in found for document, found in said if document.kind != "rule" or document.id not in own)
        if not read and not any(_concerns(rule, id) for rule in others) and not any(map(_waits, own.values())):
            (passing if own else unread).add(id)
    return Needs(frozenset(inverses), pasts, frozenset(unread), frozenset(passing))


def _at_creation(rule: Rule, machine: str) -> bool:
    """Whether a rule acts when an entity of the machine is made, and at nothing else."""
    trigger = rule.text.trigger
    return isinstance(trigger, OnEvent) and set(trigger.types) == {f"{machine}.created"}


def _waits(rule: Rule) -> bool:
    """Whether something of the rule is done later than at its event."""
    actions = (action for bound in rule.bound.values() for action in bound.actions)
    return any(action.after is not None or action.name == "start_timer" for action in actions)


def _concerns(rule: Rule, machine: str) -> bool:
    """Whether a rule is set off by, or changes, entities of the machine; to make them is neither."""
    trigger = rule.text.trigger
    if isinstance(trigger, OnEvent):
        about = {kind.partition(".")[0] for kind in trigger.types}
    else:
        about = {trigger.entity if isinstance(trigger, OnDwell) else trigger.for_each or ""}
    return machine in about or any(
        action.entity == machine and action.name not in ("create_task", "create_exception")
        for bound in rule.bound.values()
        for action in bound.actions
    )


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
