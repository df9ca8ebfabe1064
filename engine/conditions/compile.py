"""The fast back end: a checked condition as one Python function over the frame.

``judge`` is that function itself, without a layer around it: it returns what the generated expression says, and on
any exception what the exact evaluator says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any, cast

from engine.conditions.check_domain import conjuncts, values_of
from engine.conditions.emit import Emitter, TypeOf
from engine.conditions.paths import FRAME, path_source
from engine.conditions.runtime import HELPERS
from engine.conditions.tree import Node
from engine.conditions.types import BOOL, INT, is_text

Judge = Callable[..., Any]
Functions = Mapping[str, Callable[..., object]]

_PARAMETERS = ", ".join(FRAME)


@dataclass(frozen=True, slots=True)
class Equality:
    """A necessary condition: what ``path_source`` reads is one of ``values``.

    ``path_source`` is Python over the frame, letter for letter the read in the generated condition; ``path`` is what
    the author wrote. An error while reading must send the condition to ``judge``, or "errored" becomes "unmet".
    ``line`` is the number of the line that says this and nothing else, None where a line says more.
    """

    path_source: str
    path: str
    values: frozenset[object]
    line: int | None = None


def function(expression: str, namespace: Mapping[str, object], exact: Judge) -> Judge:
    """The Python function of an expression; ``exact`` has the same parameters and answers after any exception."""
    source = (
        f"def judge({_PARAMETERS}):\n"
        f"    try:\n"
        f"        return {expression}\n"
        f"    except Exception:\n"
        f"        return exact({_PARAMETERS})\n"
    )
    return define("judge", source, {**HELPERS, **namespace, "exact": exact})


def functions(expressions: Sequence[str], namespace: Mapping[str, object], exact: Callable[..., Any]) -> list[Judge]:
    """A function for each expression, as ``function`` makes it; ``exact`` takes its number before the frame."""
    source = "".join(
        f"def judge{number}({_PARAMETERS}):\n"
        f"    try:\n"
        f"        return {expression}\n"
        f"    except Exception:\n"
        f"        return exact({number}, {_PARAMETERS})\n"
        for number, expression in enumerate(expressions)
    )
    names = {**HELPERS, **namespace, "exact": exact}
    exec(compile(source, "<condition terms>", "exec"), names)  # noqa: S102 - generated here from a checked tree
    return [cast("Judge", names[f"judge{number}"]) for number in range(len(expressions))]


def define(name: str, source: str, namespace: dict[str, object]) -> Judge:
    """Runs generated source and returns the function it defines."""
    exec(compile(source, f"<condition {name}>", "exec"), namespace)  # noqa: S102 - generated here from a checked tree
    made = namespace[name]
    assert isinstance(made, FunctionType)
    return made


def line_sources(
    nodes: Sequence[Node], types: TypeOf, functions: Functions, prefix: str, *, boolean: bool
) -> tuple[list[str], dict[str, object]]:
    """The Python expression of each line, and the constants that they mention."""
    emitter = Emitter(types, functions, prefix)
    sources = [emitter.truth(node) if boolean else emitter.emit(node) for node in nodes]
    return sources, emitter.constants


def equalities(lines: list[tuple[int, str, Node]], types: TypeOf) -> tuple[Equality, ...]:
    """The equalities that lines, all of which must hold, make necessary; a line is its number, text and node."""
    found: list[Equality] = []
    for number, text, line in lines:
        terms = list(conjuncts(line))
        alone = number if len(terms) == 1 else None
        for node in terms:
            fixed = values_of(node)
            if fixed is None:
                continue
            read, values = fixed
            kind, source = types(read), path_source(read)
            if source is not None and (is_text(kind) or kind in (BOOL, INT)):
                alike = str if is_text(kind) else bool if kind == BOOL else int
                if all(type(value) is alike for value in values):
                    found.append(Equality(source, text[read.start : read.end], values, alone))
    return tuple(found)
