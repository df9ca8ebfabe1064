"""Calls: the functions of CEL, those of the product (``changed``, ``count_moves``) and those of the host."""

from __future__ import annotations

from dataclasses import replace

import re2

from engine.conditions import messages
from engine.conditions.check_context import Context, Known, Typed
from engine.conditions.check_names import as_value
from engine.conditions.paths import path_source
from engine.conditions.reads import FieldRead
from engine.conditions.scope import Field, Function, Relation, Variable, member_names, member_of
from engine.conditions.signatures import ANY_LIST, FUNCTIONS, METHODS, NAMESPACES, Signature
from engine.conditions.tree import Call, Ident, Literal, Node, Read, Select
from engine.conditions.types import (
    BOOL,
    DURATION,
    DYN,
    INT,
    STRING,
    UNKNOWN,
    EntityType,
    ListType,
    OptionalType,
    RecordType,
    Type,
    assignable,
    join,
)
from engine.conditions.values import Duration

_OPTIONAL = ("orValue", "or", "hasValue", "value")
_PRODUCT = ("changed", "count_moves", "has")


def call(context: Context, node: Call, known: Known, hint: Type | None) -> Typed:
    """A call by name, of a function or on a value."""
    if node.target is None:
        return _function(context, node, known)
    if isinstance(node.target, Ident) and node.target.name == "optional" and "optional" not in context.locals:
        return context.failed(node, messages.unsupported(node, "optional.…", "write .?field and .orValue(…)"))
    if isinstance(node.target, Ident) and _is_namespace(context, node.target.name):
        full = Call(node.start, node.end, f"{node.target.name}.{node.function}", None, node.args)
        return _function(context, full, known)
    target = context.infer(node.target, known)
    if target.type == UNKNOWN:
        for arg in node.args:
            context.infer(arg, known)
        return context.failed(node)
    if isinstance(target.type, OptionalType):
        return _of_optional(context, node, target, target.type, known)
    return _method(context, node, target, known)


def _is_namespace(context: Context, name: str) -> bool:
    return name in NAMESPACES and name not in context.locals and name not in context.scope.variables


def _function(context: Context, node: Call, known: Known) -> Typed:
    name = node.function.removeprefix(".")
    if name == "changed":
        return _changed(context, node)
    if name == "count_moves":
        return _count_moves(context, node, known)
    registered = context.scope.functions.get(name)
    if registered is not None:
        return _of_host(context, node, known, registered)
    signatures = FUNCTIONS.get(name)
    if signatures is None:
        names = {*FUNCTIONS, *_PRODUCT, *context.scope.functions}
        context.report(messages.unknown_function(_name(context, node), name, names))
        for arg in node.args:
            context.infer(arg, known)
        return context.failed(node)
    return _overload(context, node, known, signatures, ())


def _of_host(context: Context, node: Call, known: Known, function: Function) -> Typed:
    """A call of a host's function; one that asks the world gets it, and the machine of its entity, in front."""
    signatures = tuple((form, function.result) for form in (function.parameters, *function.forms))
    typed = _overload(context, node, known, signatures, ())
    context.other_reads.update(FieldRead(*read) for read in function.reads)
    if not function.asks_world or typed.type == UNKNOWN:
        return typed
    assert isinstance(typed.node, Call)
    entity = context.node_types[id(typed.node.args[0])]
    if not isinstance(entity, EntityType):
        wanted = [form[0] for form, _ in signatures]
        return context.failed(node, messages.wrong_argument(node.args[0], f"{node.function}()", wanted, entity))
    world = context.typed(Read(node.start, node.start, "world", "world"), DYN).node
    machine = context.typed(Literal(node.start, node.start, entity.machine), STRING).node
    return context.typed(replace(typed.node, args=(world, machine, *typed.node.args)), typed.type)


def _method(context: Context, node: Call, target: Typed, known: Known) -> Typed:
    signatures = METHODS.get(node.function)
    if signatures is None or not any(assignable(target.type, one[0][0]) for one in signatures):
        named = [name for name, forms in METHODS.items() if any(assignable(target.type, form[0][0]) for form in forms)]
        problem = messages.unknown_method(_name(context, node), node.function, target.type, named)
        return context.failed(node, problem)
    fitting = tuple(one for one in signatures if assignable(target.type, one[0][0]))
    return _overload(context, node, known, fitting, (target,))


def _overload(
    context: Context, node: Call, known: Known, signatures: tuple[Signature, ...], target: tuple[Typed, ...]
) -> Typed:
    """The call with the first signature that fits; ``target`` is the value it is called on, if any."""
    skip = len(target)
    count = len(node.args) + skip
    fitting = [one for one in signatures if len(one[0]) == count]
    if not fitting:
        for arg in node.args:
            context.infer(arg, known)
        arities = [len(parameters) - skip for parameters, _ in signatures]
        name = _name(context, node)
        return context.failed(node, messages.wrong_arity(name, node.function, arities, len(node.args)))
    parts = list(target)
    for position, arg in enumerate(node.args, start=skip):
        wanted = {one[0][position] for one in fitting}
        hint = next(iter(wanted)) if len(wanted) == 1 and DYN not in wanted else None
        typed = context.infer(arg, known, hint)
        keeps_records = node.function == "size"
        parts.append(typed if keeps_records else as_value(context, typed))
    lowered = Call(
        node.start,
        node.end,
        node.function.removeprefix("."),
        target[0].node if target else None,
        tuple(part.node for part in parts[skip:]),
    )
    if any(part.type == UNKNOWN for part in parts):
        return context.failed(lowered)
    for position in range(skip, count):
        left = [one for one in fitting if _takes(one[0][position], parts[position].type)]
        if not left:
            return _wrong_argument(context, node, lowered, fitting, position, skip, parts[position])
        fitting = left
    _pattern(context, node, lowered)
    return context.typed(lowered, fitting[0][1])


def _wrong_argument(
    context: Context,
    node: Call,
    lowered: Call,
    fitting: list[Signature],
    position: int,
    skip: int,
    found: Typed,
) -> Typed:
    written = node.args[position - skip]
    if isinstance(found.type, OptionalType):
        return context.failed(lowered, messages.optional_not_taken(written, found.type))
    expected = [one[0][position] for one in fitting]
    return context.failed(lowered, messages.wrong_argument(written, f"{node.function}()", expected, found.type))


def _takes(wanted: Type, found: Type) -> bool:
    if isinstance(found, ListType) and isinstance(found.item, RecordType):
        return wanted == ANY_LIST
    return assignable(found, wanted)


def _pattern(context: Context, node: Call, lowered: Call) -> None:
    """A pattern that is written out is compiled now, so that its mistakes are found now."""
    if node.function != "matches" or not isinstance(lowered.args[-1], Literal):
        return
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(str(lowered.args[-1].value), options)
    except re2.error as error:
        reason = error.args[0]
        text = reason.decode() if isinstance(reason, bytes) else str(reason)
        context.report(messages.bad_pattern(node.args[-1], text))


def _name(context: Context, node: Call) -> Node:
    """The place of the function's own name."""
    if node.target is None:
        return Ident(node.start, node.start + len(node.function), node.function)
    at = context.text.find(node.function, node.target.end)
    if at < 0:
        return node
    return Ident(at, at + len(node.function), node.function)


def _of_optional(context: Context, node: Call, target: Typed, kind: OptionalType, known: Known) -> Typed:
    name, arguments = node.function, len(node.args)
    if name not in _OPTIONAL:
        return context.failed(node, messages.unknown_method(_name(context, node), name, kind, _OPTIONAL))
    wanted = 0 if name in ("hasValue", "value") else 1
    if arguments != wanted:
        return context.failed(node, messages.wrong_arity(_name(context, node), name, (wanted,), arguments))
    if name == "hasValue":
        return context.typed(Call(node.start, node.end, name, target.node, ()), BOOL)
    if name == "value":
        context.report(messages.optional_not_taken(node, kind))
        return context.typed(Call(node.start, node.end, name, target.node, ()), kind.value)
    hint = kind.value if name == "orValue" else kind
    other = as_value(context, context.infer(node.args[0], known, hint))
    lowered = Call(node.start, node.end, name, target.node, (other.node,))
    if other.type == UNKNOWN:
        return context.failed(lowered)
    joined = join(hint, other.type)
    if joined is None:
        return context.failed(lowered, messages.wrong_argument(node.args[0], f"{name}()", (hint,), other.type))
    return context.typed(lowered, STRING if isinstance(joined, EntityType) else joined)


def _changed(context: Context, node: Call) -> Typed:
    """``changed(booking.starts_at)``: true when this event changed it, creation included (language.md)."""
    subject = context.scope.subject
    argument = node.args[0] if len(node.args) == 1 else None
    if not isinstance(argument, Select) or argument.optional or argument.test:
        return context.failed(node, messages.changed_form(node, subject))
    if subject is None or not (isinstance(argument.operand, Ident) and argument.operand.name == subject):
        if isinstance(argument.operand, Select) and _begins_with(argument.operand, subject):
            return context.failed(argument, messages.changed_form(argument, subject))
        return context.failed(argument, messages.changed_elsewhere(argument, subject))
    variable = context.scope.variables.get(subject)
    if not isinstance(variable, Variable) or not isinstance(variable.type, EntityType):
        return context.failed(argument, messages.changed_elsewhere(argument, subject))
    machine, field = variable.type.machine, argument.field
    found = member_of(context.scope.vocabulary, machine, field)
    if found is None:
        names = member_names(context.scope.vocabulary, machine)
        at = Ident(argument.end - len(field), argument.end, field)
        return context.failed(node, messages.unknown_field(at, machine, field, names))
    if not isinstance(found, (Field, Relation)):
        return context.failed(argument, messages.changed_form(argument, subject))
    context.other_reads.add(FieldRead(machine, field))
    # A creation tells its fields as changes; one that does not (a bare event) is judged by what the entity has.
    created = f"event.type == {machine + '.created'!r} and not event.changes and {field!r} in {variable.source}"
    pair = f"event.changes[{field!r}]"
    source = f"(({field!r} in event.changes and {pair}[0] != {pair}[1]) or ({created}))"
    return context.typed(Read(node.start, node.end, context.quote(node), source), BOOL)


def _begins_with(node: Node, subject: str | None) -> bool:
    while isinstance(node, Select):
        node = node.operand
    return isinstance(node, Ident) and node.name == subject


def _count_moves(context: Context, node: Call, known: Known) -> Typed:
    """``count_moves(package, "REOPEN", "30d")``: how often the entity took that transition or came into that state."""
    if len(node.args) != 3:
        return context.failed(node, messages.count_moves_form(node))
    entity = context.infer(node.args[0], known)
    name, window = node.args[1], context.infer(node.args[2], known, DURATION)
    if UNKNOWN in (entity.type, window.type):
        return context.failed(node)
    source = path_source(entity.node)
    if (
        not isinstance(entity.type, EntityType)
        or source is None
        or not isinstance(name, Literal)
        or not isinstance(name.value, str)
        or not isinstance(window.node, Literal)
        or not isinstance(window.node.value, Duration)
    ):
        return context.failed(node, messages.count_moves_form(node))
    machine = entity.type.machine
    vocabulary = context.scope.vocabulary
    moves = {*vocabulary.transitions(machine), *vocabulary.states(machine)}
    if name.value not in moves:
        return context.failed(node, messages.unknown_move(name, name.value, machine, moves))
    context.other_reads.add(FieldRead(machine, "status"))
    counted = f"world.count_moves({machine!r}, {source}, {name.value!r}, now - {int(window.node.value)})"
    return context.typed(Read(node.start, node.end, context.quote(node), counted), INT)
