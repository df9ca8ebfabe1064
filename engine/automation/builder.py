"""What an action's checker works with: the scope, the vocabulary, and the usual kinds of key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.automation import messages
from engine.automation.model import ActionText, Emission, Plan, Reads, Written
from engine.automation.paths import SUBJECTS, EntityPath, MissingValueError, entity_path
from engine.calendars.parse import Calendars, amount_of
from engine.conditions.check import check_expression
from engine.conditions.check_context import NOTHING_KNOWN, Known
from engine.conditions.condition import Expression
from engine.conditions.outcome import EvaluationError
from engine.conditions.reads import EventRead, FieldRead
from engine.conditions.scope import Alias, Scope, Variable
from engine.conditions.text import Text, check_text
from engine.conditions.types import EntityType
from engine.conditions.values import Duration, Timestamp
from engine.diagnostics import Diagnostic
from engine.machines.model import Machine
from engine.machines.readers import Reader
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Node, Scalar, data

Compute = Callable[..., Any]
Due = Callable[[Timestamp], Timestamp]


def rendered(value: Any) -> Any:
    """The text, or MissingValueError where it could not be had."""
    if value.__class__ is EvaluationError:
        raise MissingValueError(value.message)
    return value


@dataclass(frozen=True, slots=True)
class Planned:
    """What building an action yields: the plan, the permission it needs, the machine it changes, what follows.

    ``told`` and ``writes`` are those of the ``Action``.
    """

    plan: Plan
    permission: str
    entity: str | None = None
    emission: Emission | None = None
    field: str | None = None
    told: Mapping[str, Reads] | None = None
    writes: tuple[Written, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is: ``id`` yields it of a frame's subject and world, and ``reads`` are what it walks."""

    id: Callable[[Any, Any], str]
    reads: frozenset[FieldRead] = frozenset()


@dataclass(slots=True)
class Mentions:
    """What actions mention of other documents, with places, for the checks across documents.

    ``notices`` are the templates once more, with the machines of the entities that their texts could be about.
    """

    templates: list[Scalar] = field(default_factory=list)
    notices: list[tuple[Scalar, tuple[str, ...]]] = field(default_factory=list)
    roles: list[Scalar] = field(default_factory=list)
    policies: list[Scalar] = field(default_factory=list)


@dataclass(slots=True)
class Builder:
    """Checks one action. ``subject`` is the machine of the rule's subject, None for a schedule without one.

    ``known`` holds what has a value wherever the action is performed; ``read`` gathers what its texts read.
    """

    action: ActionText
    scope: Scope
    machines: Mapping[str, Machine]
    readers: Mapping[str, Reader]
    subject: str | None
    report: list[Diagnostic]
    mentions: Mentions
    known: Known = NOTHING_KNOWN
    calendars: Calendars = field(default_factory=Calendars)
    read: set[FieldRead | EventRead] = field(default_factory=set)

    @property
    def keys(self) -> MappingNode:
        """The action's keys as written."""
        return self.action.keys

    def reader(self, machine: Machine) -> Reader:
        """Reads JSON values of a machine's fields."""
        return self.readers[machine.id]

    def template(self, name: Scalar, about: Sequence[EntityPath], *, known: bool) -> None:
        """Notes that a template is mentioned, and where that is known, which entities are at hand for its text."""
        self.mentions.templates.append(name)
        if known:
            self.mentions.notices.append((name, tuple(path.machine for path in about)))

    def at_hand(self, path: EntityPath | None = None) -> tuple[EntityPath, ...]:
        """What a text could be about, in order: the rule's subject, the item of ``for_each``, what ``path`` leads by."""
        found: list[EntityPath] = []
        for name, meaning in self.scope.variables.items():
            if isinstance(meaning, Variable) and meaning.source in SUBJECTS and isinstance(meaning.type, EntityType):
                machine = meaning.type.machine
                found.append(EntityPath(name, name, (), machine, SUBJECTS[meaning.source], machine))
        found.sort(key=lambda one: bool(one.item))
        if path is not None:
            for count in range(1, len(path.steps) + 1):
                steps = path.steps[:count]
                text = ".".join((path.start, *(name for name, _ in steps)))
                found.append(EntityPath(text, path.start, steps, steps[-1][1], path.item, path.origin))
        return tuple(found)

    def role(self, name: Node) -> None:
        """Notes that a role is mentioned."""
        if isinstance(name, Scalar):
            self.mentions.roles.append(name)

    def path(self, keys: MappingNode, key: str) -> EntityPath | None:
        """The entity a key names, reported when there is none."""
        node = keys.get(key)
        return entity_path(node, self.scope, self.report) if isinstance(node, Scalar) else None

    def text(self, node: Scalar) -> Text | None:
        """A staff text, compiled when it is first rendered; None after reporting what is wrong."""
        text, problems = check_text(node, self.scope, known=self.known)
        self.report.extend(problems)
        if text is not None:
            self.read |= text.reads()
        return text

    def texts(self, keys: MappingNode, names: Sequence[str]) -> tuple[dict[str, Any], list[tuple[str, Text]]]:
        """The named keys that are there: constants, and texts for those with ``{{ }}``."""
        fixed: dict[str, Any] = {}
        computed: list[tuple[str, Text]] = []
        for name in names:
            node = keys.get(name)
            if node is None:
                continue
            if name == "sla" and isinstance(node, Scalar):
                self.mentions.policies.append(node)
            if isinstance(node, Scalar) and "{{" in node.text:
                text = self.text(node)
                if text is not None:
                    computed.append((name, text))
            else:
                fixed[name] = node.text if isinstance(node, Scalar) and isinstance(node.value, str) else data(node)
        return fixed, computed

    def span(self, keys: MappingNode, key: str) -> Duration | None:
        """A duration such as ``4h``."""
        node = keys.get(key)
        if not isinstance(node, Scalar):
            return None
        try:
            return Duration.parse(node.text)
        except ValueError:
            self.report.append(messages.not_a_duration(node.place, node.text))
            return None

    def due(self, keys: MappingNode, key: str) -> Due | None:
        """When something that begins now is due: after a duration, or after ``{within: 2wd, calendar: …}``."""
        node = keys.get(key)
        if not isinstance(node, MappingNode):
            span = self.span(keys, key)
            return (lambda now: Timestamp(now + span)) if span is not None else None
        within = node.get("within")
        assert isinstance(within, Scalar)
        calendar = self.calendars.named(node.get("calendar"), self.report)
        amount = amount_of(within, calendar, self.report)
        if calendar is None or amount is None:
            return None
        clock, asked = calendar, amount

        def due(now: Timestamp) -> Timestamp:
            found = clock.after(now, asked)
            if found is None:
                raise MissingValueError(f"{clock.id} has no {asked.text} of working time any more")
            return found

        return due

    def person(self, keys: MappingNode, key: str) -> Person | None:
        """A person by path (``booking.manager``) or by id."""
        node = keys.get(key)
        if not isinstance(node, Scalar):
            return None
        head = node.text.partition(".")[0]
        named = self.scope.variables.get(head)
        if "." in node.text or isinstance(named, Alias) or (named is not None and isinstance(named.type, EntityType)):  # type: ignore[union-attr]
            path = entity_path(node, self.scope, self.report)
            return Person(path.identifier, path.reads) if path is not None else None
        known = node.text
        return Person(lambda subject, world: known)

    def expression(self, node: Scalar, machine: Machine, name: str) -> Expression | None:
        """A CEL expression of the type of ``machine``'s field or relation."""
        wanted = machine.fields[name].type if name in machine.fields else EntityType(machine.relations[name].machine)
        expression, problems = check_expression(node, self.scope, wanted, known=self.known)
        self.report.extend(problems)
        return expression

    def payload(self, node: Node) -> Compute:
        """JSON in which every text may hold ``{{ }}``; a function of the frame."""
        if isinstance(node, Scalar):
            if "{{" in node.text and (found := self.text(node)) is not None:
                return _shown(found)
            constant = node.value
            return lambda *frame: constant
        if isinstance(node, MappingNode):
            whole = {key.text: None if _computed(value) else data(value) for key, value in node.entries}
            parts = [(key.text, self.payload(value)) for key, value in node.entries if _computed(value)]

            def compute(event: Any, subject: Any, before: Any, now: Any, actor: Any, world: Any) -> dict[str, Any]:
                made = dict(whole)
                for name, part in parts:
                    made[name] = part(event, subject, before, now, actor, world)
                return made

            return compute
        items = [self.payload(item) for item in node.items]
        return lambda *frame: [part(*frame) for part in items]


def _shown(text: Text) -> Compute:
    def show(event: Any, subject: Any, before: Any, now: Any, actor: Any, world: Any) -> Any:
        return rendered(text.render(event, subject, before, now, actor, world))

    return show


def _computed(node: Node) -> bool:
    """Whether something inside depends on the facts."""
    if isinstance(node, Scalar):
        return "{{" in node.text
    inner = [value for _, value in node.entries] if isinstance(node, MappingNode) else node.items
    return any(map(_computed, inner))
