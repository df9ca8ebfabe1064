"""Checks the paths of a text and turns each into what reads it: a variable, or a reader of a loop's item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jinja2 import nodes

from engine.conditions.reads import FieldRead
from engine.conditions.scope import Alias, Ambiguous, Inverse, Relation, Variable, member_names, member_of
from engine.conditions.types import BOOL, INT, MONEY, STRING, EntityType, Field, ListType
from engine.diagnostics import Diagnostic, Place
from engine.machines.vocabulary import MachineVocabulary
from engine.templates import messages, reading
from engine.templates.kinds import UNKNOWN, Entity, Kind, Listed, Value, named

MOST_STEPS = 2
"""How many relations a path may walk."""
_LOOP = {"index": INT, "first": BOOL, "last": BOOL}
Variables = Mapping[str, Variable | Alias | Ambiguous]


@dataclass(frozen=True, slots=True)
class _Root:
    """Where a path begins: in the template's entity, or in an item of a loop, which ``local`` names."""

    machine: str
    local: str | None


class PathChecker:
    """The paths of one text. ``locals`` are the variables of the loops around, ``reads`` and ``items`` what was made,
    ``fields`` what they read. ``place`` finds the words of a node.
    """

    def __init__(
        self,
        variables: Variables,
        vocabulary: MachineVocabulary,
        report: Callable[[Diagnostic], None],
        place: Callable[..., Place],
    ) -> None:
        self._variables = variables
        self._vocabulary = vocabulary
        self._report = report
        self._place = place
        self._known: dict[str, str] = {}
        self.locals: dict[str, Kind] = {}
        self.reads: dict[str, reading.Reader] = {}
        self.items: dict[str, reading.Reader] = {}
        self.fields: set[FieldRead] = set()

    def is_taken(self, name: str) -> bool:
        """Whether a loop may not name its variable so."""
        return name in self._variables or name in self.locals or name.startswith("_") or name == "loop"

    def lists(self) -> list[str]:
        """The lists of the template's entity, for a hint."""
        return [
            f"{name}.{member}"
            for name, variable in self._variables.items()
            if isinstance(variable, Variable) and isinstance(variable.type, EntityType)
            for member in self._vocabulary.names(variable.type.machine)
            if isinstance(member_of(self._vocabulary, variable.type.machine, member), Inverse)
        ]

    def path(self, node: nodes.Expr, words: list[str]) -> tuple[nodes.Expr, Kind]:
        """What the path of these words has become, and what it yields."""
        head = words[0]
        if head == "loop" and "loop" in self.locals:
            return self._of_loop(node, words)
        local = self.locals.get(head)
        if local is not None:
            if isinstance(local, Entity):
                return self._walk(node, words, words[1:], _Root(local.machine, head))
            if len(words) == 1 or local is UNKNOWN:
                return node, local
            self._report(messages.unknown_field(self._at(node, words, 1), _kind_phrase(local), words[1], ()))
            return node, UNKNOWN
        meaning = self._variables.get(head)
        if isinstance(meaning, Ambiguous):
            self._report(messages.ambiguous_name(self._at(node, words, 0), head, meaning.paths))
            return node, UNKNOWN
        if meaning is None:
            known = [*self._variables, *(name for name in self.locals if name != "loop")]
            self._report(messages.unknown_variable(self._at(node, words, 0), head, known))
            return node, UNKNOWN
        full = [*meaning.path, *words[1:]] if isinstance(meaning, Alias) else words
        variable = self._variables[full[0]]
        assert isinstance(variable, Variable)
        assert isinstance(variable.type, EntityType)
        return self._walk(node, words, full[1:], _Root(variable.type.machine, None))

    def _of_loop(self, node: nodes.Expr, words: list[str]) -> tuple[nodes.Expr, Kind]:
        kind = _LOOP.get(words[1]) if len(words) == 2 else None
        if kind is None:
            self._report(messages.unknown_field(self._at(node, words, len(words) - 1), "loop", words[-1], _LOOP))
            return node, UNKNOWN
        return node, Value(kind)

    def _at(self, node: nodes.Node, words: list[str], number: int) -> Place:
        tokens = [token for word in words[: number + 1] for token in (".", word)][1:]
        return self._place(node, *tokens)

    def _walk(self, node: nodes.Expr, words: list[str], path: list[str], root: _Root) -> tuple[nodes.Expr, Kind]:
        machine = root.machine
        steps: list[tuple[str, str]] = []
        shift = len(words) - len(path)
        last: reading.Last | None = None
        kind: Kind = Entity(machine)
        for number, word in enumerate(path):
            member = member_of(self._vocabulary, machine, word)
            if isinstance(member, Inverse):
                self.fields.add(FieldRead(member.machine, member.relation))
            elif member is not None:
                self.fields.add(FieldRead(machine, word))
            rest = path[number + 1 :]
            at = number + shift
            if isinstance(member, Relation) and rest:
                steps.append((word, member.machine))
                machine = member.machine
                if len(steps) > MOST_STEPS:
                    self._report(messages.too_many_steps(self._at(node, words, at), word, MOST_STEPS))
                    return node, UNKNOWN
                continue
            if isinstance(member, Relation):
                kind, last = Entity(member.machine), reading.field(word)
            elif isinstance(member, Inverse):
                kind, last = Listed(Entity(member.machine)), reading.inverse(member.machine, member.relation)
            elif isinstance(member, Field) and member.type == MONEY and rest and rest[0] in ("amount", "currency"):
                kind, last = Value(INT if rest[0] == "amount" else STRING), reading.part(word, rest[0])
                rest = rest[1:]
            elif isinstance(member, Field):
                item = member.type.item if isinstance(member.type, ListType) else None
                kind, last = Listed(Value(item)) if item is not None else Value(member.type), reading.field(word)
            else:
                names = member_names(self._vocabulary, machine)
                self._report(messages.unknown_field(self._at(node, words, at), machine, word, names))
                return node, UNKNOWN
            if rest:
                owner = _kind_phrase(kind)
                known = ("amount", "currency") if kind == Value(MONEY) else ()
                self._report(
                    messages.unknown_field(self._at(node, words, len(words) - len(rest)), owner, rest[0], known)
                )
                return node, UNKNOWN
            break
        if last is None:
            if root.local is not None or steps:
                return node, kind
            last = reading.field("id")
        return self._variable(node, ".".join(words), tuple(steps), last, root), kind

    def _variable(
        self, node: nodes.Expr, shown: str, steps: tuple[tuple[str, str], ...], last: reading.Last, root: _Root
    ) -> nodes.Expr:
        """The variable or reader that a path has become; equal paths from the template's entity share one."""
        made: nodes.Expr
        if root.local is None:
            name = self._known.setdefault(shown, f"_{len(self.reads)}")
            self.reads[name] = reading.reader(shown, steps, last)
            made = nodes.Name(name, "load")
        else:
            name = f"_item{len(self.items)}"
            self.items[name] = reading.reader(shown, steps, last)
            made = nodes.Call(nodes.Name(name, "load"), [nodes.Name(root.local, "load")], [], None, None)
        made.set_lineno(node.lineno)
        assert node.environment is not None
        made.set_environment(node.environment)
        return made


def _kind_phrase(kind: Kind) -> str:
    found = named(kind)
    return found if isinstance(found, str) else str(found)


def names_of(node: nodes.Node) -> list[str] | None:
    """The words of a path, or None where it begins with something else than a name."""
    words: list[str] = []
    while isinstance(node, nodes.Getattr):
        words.append(node.attr)
        node = node.node
    if not isinstance(node, nodes.Name):
        return None
    words.append(node.name)
    return words[::-1]


def words_of(node: nodes.Node) -> tuple[str, ...]:
    """The tokens of a path, for finding its place."""
    names = names_of(node)
    return tuple(token for name in names for token in (".", name))[1:] if names else ()


def written(node: nodes.Node) -> str:
    """The path as the author wrote it; "this" for what is none."""
    return "".join(words_of(node)) or "this"
