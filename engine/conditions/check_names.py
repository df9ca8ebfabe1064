"""Names: variables, short names for paths, and the members of entities, objects, maps and optional values."""

from __future__ import annotations

from engine.conditions import messages
from engine.conditions.check_context import Context, Known, Typed, path_of
from engine.conditions.scope import Alias, Ambiguous, Field, Inverse, Relation, Variable, member_names, member_of
from engine.conditions.tree import Hop, Ident, Index, Literal, Macro, Node, Read, Select
from engine.conditions.tree import Inverse as InverseNode
from engine.conditions.types import (
    BOOL,
    DYN,
    INT,
    MONEY,
    STRING,
    UNKNOWN,
    EntityType,
    EnumType,
    ListType,
    MapType,
    ObjectType,
    OptionalType,
    RecordType,
    StateType,
    Type,
)

_MONEY_FIELDS: dict[str, Type] = {"amount": INT, "currency": STRING}


def identifier(context: Context, node: Ident, known: Known, hint: Type | None = None, *, asked: bool = False) -> Typed:
    """The value that a bare name stands for. ``asked`` tells that ``has`` or ``.?`` asks for a member of it."""
    name = node.name.removeprefix(".")
    local = context.locals.get(name)
    if local is not None:
        return item_of(context, node, Ident(node.start, node.end, name), local)
    if name not in context.scope.variables and _is_value_of(context, name, hint):
        return context.failed(node, messages.unknown_variable(node, name, (), is_text=True))
    return _named(context, node, name, known, asked)


def _is_value_of(context: Context, name: str, kind: Type | None) -> bool:
    """Whether the name would be a value of the type, were it in quotes."""
    if isinstance(kind, StateType):
        return name in context.scope.vocabulary.states(kind.machine)
    return isinstance(kind, EnumType) and name in kind.values


def _named(context: Context, node: Node, name: str, known: Known, asked: bool) -> Typed:
    entry = context.scope.variables.get(name)
    if entry is None:
        names = {*context.scope.variables, *context.locals}
        return context.failed(node, messages.unknown_variable(node, name, names, is_text=False))
    if isinstance(entry, Ambiguous):
        return context.failed(node, messages.ambiguous_name(node, name, entry.paths))
    if isinstance(entry, Alias):
        return _path(context, node, entry.path, known, asked)
    return _variable(context, node, name, entry, asked)


def _variable(context: Context, node: Node, name: str, variable: Variable, asked: bool) -> Typed:
    source = variable.source
    if variable.presence == "never" and not asked:
        return context.failed(node, messages.never_there(node, name))
    if variable.presence != "always":
        source = f"({source} or {{}})"  # no entity, no fields: has() is false, reading is an error
        context.maybe_absent.add(source)
        if variable.presence == "never":
            context.never_there.add(source)
    read = Read(node.start, node.end, name, source)
    if isinstance(variable.type, EntityType):
        return entity(context, node, read, variable.type.machine)
    return context.typed(read, variable.type)


def _path(context: Context, node: Node, path: tuple[str, ...], known: Known, asked: bool) -> Typed:
    typed = _named(context, node, path[0], known, asked)
    for position, name in enumerate(path[1:], start=2):
        step = Select(node.start, node.end, node, name)
        typed = member(context, typed, step, known, ".".join(path[:position]))
    return typed


def entity(context: Context, at: Node, record: Node, machine: str) -> Typed:
    """An entity of which the record is at hand: as a value it is the record's id."""
    context.typed(record, RecordType(machine))
    return context.typed(Select(at.start, at.end, record, "id"), EntityType(machine), record)


def selection(context: Context, node: Select, known: Known) -> Typed:
    """``operand.field``, ``operand.?field`` or ``has(operand.field)``."""
    asked = node.test or node.optional
    if asked and isinstance(node.operand, Ident):
        operand = identifier(context, node.operand, known, asked=True)
    else:
        operand = context.infer(node.operand, known)
    return member(context, operand, node, known, context.quote(node))


def member(context: Context, owner: Typed, node: Select, known: Known, shown: str) -> Typed:
    """The member ``node.field`` of a value whose type is known; ``shown`` is what the author calls it."""
    kind = owner.type
    if kind == UNKNOWN:
        return context.failed(node)
    if kind == DYN:
        return _finish(context, node, owner.node, DYN)
    if isinstance(kind, OptionalType):
        return _of_optional(context, owner, kind, node, known, shown)
    if isinstance(kind, EntityType):
        return _of_entity(context, owner, kind, node, known, shown)
    if isinstance(kind, ObjectType):
        return _of_object(context, owner, kind, node, known, shown)
    if isinstance(kind, MapType):
        return _finish(context, node, owner.node, kind.value)
    if kind == MONEY:
        found = _MONEY_FIELDS.get(node.field)
        if found is None:
            return context.failed(node, messages.unknown_field(_name(node), "money", node.field, _MONEY_FIELDS))
        return _finish(context, node, owner.node, found)
    return context.failed(node, messages.no_fields(_name(node), _shorten(context, owner.node), kind, node.field))


def _of_entity(context: Context, owner: Typed, kind: EntityType, node: Select, known: Known, shown: str) -> Typed:
    vocabulary = context.scope.vocabulary
    found = member_of(vocabulary, kind.machine, node.field)
    assert owner.record is not None
    if found is None:
        names = member_names(vocabulary, kind.machine)
        return context.failed(node, messages.unknown_field(_name(node), kind.machine, node.field, names))
    if isinstance(found, Inverse):
        if node.test or node.optional:
            hint = f"ask size({shown.removeprefix('has(').removesuffix(')')}) > 0"
            return context.failed(node, messages.unsupported(node, "has() or .? on a list of entities", hint))
        lowered = InverseNode(node.start, node.end, owner.node, found.machine, found.relation)
        return context.typed(lowered, ListType(RecordType(found.machine)))
    if isinstance(found, Relation):
        typed = _finish(context, node, owner.record, EntityType(found.machine))
        if not node.test:
            hop = Hop(node.start, node.end, typed.node, found.machine)
            record = RecordType(found.machine)
            context.typed(hop, OptionalType(record) if node.optional else record)
            typed = Typed(typed.node, typed.type, hop)
    elif node.field == "id" and not node.test and not node.optional:
        typed = context.typed(owner.node, STRING)  # an entity's id is known without its record
        typed = _located(context, typed, node)
    else:
        typed = _finish(context, node, owner.record, found.type)
    _require(context, typed.node, node, known, found.optional, shown)
    return typed


def _located(context: Context, typed: Typed, node: Select) -> Typed:
    """The same read with the place of ``node``, so that a trace shows ``task.assignee.id`` in full."""
    inner = typed.node
    if isinstance(inner, Select):
        return context.typed(Select(node.start, node.end, inner.operand, inner.field, inner.optional), typed.type)
    return typed


def _of_object(context: Context, owner: Typed, kind: ObjectType, node: Select, known: Known, shown: str) -> Typed:
    found = kind.fields.get(node.field)
    if found is None:
        return context.failed(node, messages.unknown_field(_name(node), kind.name, node.field, kind.fields))
    if kind.attributes and isinstance(owner.node, Read):
        name = f"{owner.node.name}.{node.field}"
        if node.test:
            return context.typed(Literal(node.start, node.end, True), Field(found.type).type)
        read = Read(node.start, node.end, name, f"{owner.node.source}.{node.field}")
        return context.typed(read, found.type)
    typed = _finish(context, node, owner.node, found.type)
    if isinstance(found.type, EntityType) and not node.test:
        hop = Hop(node.start, node.end, typed.node, found.type.machine)
        record = RecordType(found.type.machine)
        context.typed(hop, OptionalType(record) if node.optional else record)
        typed = Typed(typed.node, typed.type, hop)
    _require(context, typed.node, node, known, found.optional, shown)
    return typed


def _of_optional(context: Context, owner: Typed, kind: OptionalType, node: Select, known: Known, shown: str) -> Typed:
    if node.test:
        return context.failed(node, messages.optional_not_taken(node, kind))
    inner = Typed(owner.node, kind.value, owner.record)
    asked = Select(node.start, node.end, node.operand, node.field, optional=True)
    typed = member(context, inner, asked, known, shown)
    if typed.type == UNKNOWN or isinstance(typed.type, OptionalType):
        return typed
    return context.typed(typed.node, OptionalType(typed.type), typed.record)


def _finish(context: Context, node: Select, operand: Node, kind: Type) -> Typed:
    lowered = Select(node.start, node.end, operand, node.field, node.optional, node.test)
    if node.test:
        if isinstance(operand, Read) and operand.source in context.never_there:
            context.decide(lowered, value=False)
        return context.typed(lowered, BOOL)
    return context.typed(lowered, OptionalType(kind) if node.optional else kind)


def _require(context: Context, lowered: Node, node: Select, known: Known, optional: bool, shown: str) -> None:
    """Reports the read of a member that may be missing where nothing guarantees it."""
    if node.test or node.optional:
        return
    path = path_of(lowered)
    if path is None or path in known:
        return
    if optional:
        relation = isinstance(context.node_types.get(id(lowered)), EntityType)
        context.report(messages.may_be_missing(node, shown, relation))
    elif path[0] in context.maybe_absent and not any(there[0] == path[0] for there in known):
        context.report(messages.sometimes_there(node, shown))


def _name(node: Select) -> Node:
    """The place of the field's own name, behind the dot."""
    return Ident(max(node.start, node.end - len(node.field) - (1 if node.test else 0)), node.end, node.field)


def _shorten(context: Context, node: Node) -> str:
    return context.quote(node) or "this"


def as_value(context: Context, typed: Typed) -> Typed:
    """Records become ids: what an expression hands on, compares and collects are ids."""
    kind = typed.type
    if isinstance(kind, ListType) and isinstance(kind.item, RecordType):
        node = typed.node
        ids = context.typed(
            Select(node.start, node.end, Ident(node.start, node.end, "entity@"), "id"), EntityType(kind.item.machine)
        )
        mapped = Macro(node.start, node.end, "map", node, "entity@", None, None, ids.node)
        context.typed(mapped.body.operand, kind.item)  # type: ignore[union-attr]
        return context.typed(mapped, ListType(EntityType(kind.item.machine)))
    return typed


def item_of(context: Context, at: Node, node: Node, kind: Type) -> Typed:
    """One item of a list: ``node`` yields it, ``kind`` is what the list holds."""
    if isinstance(kind, RecordType):
        return entity(context, at, node, kind.machine)
    if isinstance(kind, EntityType):
        hop = Hop(at.start, at.end, node, kind.machine)
        context.typed(hop, RecordType(kind.machine))
        return context.typed(node, kind, hop)
    return context.typed(node, kind)


def index(context: Context, node: Index, known: Known) -> Typed:
    """``list[0]`` or ``map["key"]``."""
    operand = context.infer(node.operand, known)
    kind = operand.type
    if isinstance(kind, OptionalType):
        return context.failed(node, messages.optional_not_taken(node.operand, kind))
    wanted = kind.key if isinstance(kind, MapType) else INT
    key = context.infer(node.key, known, None if kind == DYN else wanted)
    lowered = Index(node.start, node.end, operand.node, key.node, node.optional)
    if UNKNOWN in (kind, key.type):
        return context.failed(lowered)
    if kind == DYN:
        return context.typed(lowered, OptionalType(DYN) if node.optional else DYN)
    if not isinstance(kind, (ListType, MapType)):
        return context.failed(lowered, messages.wrong_operand(node, "[…]", kind))
    if key.type not in (wanted, DYN) and not (wanted == STRING and key.type != INT):
        return context.failed(lowered, messages.wrong_argument(node.key, "[…]", (wanted,), key.type))
    item = kind.item if isinstance(kind, ListType) else kind.value
    if node.optional:
        return context.typed(lowered, OptionalType(item))
    return item_of(context, node, lowered, item)
