"""A checked text: Jinja's own code over values that were read beforehand, in a sandbox, within limits.

The tree that runs holds no attribute and no call of the author's: paths have become variables, and what an item of a
loop is asked for goes through readers that the check made. The sandbox stands behind that as a second wall.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Template as Compiled
from jinja2 import TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.conditions.reads import FieldRead
from engine.diagnostics import Place
from engine.templates.filters import FILTERS, LOCALE, UnfitError, finite, locale_of
from engine.templates.reading import Item, Missing, Reader, Rounds, TooMuchError


class UnsaidError(Exception):
    """A text cannot be said on these facts; the message says why."""


@cache
def environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    """Where texts are read and run; in ``html`` every value is escaped."""
    made = ImmutableSandboxedEnvironment(
        undefined=Missing,
        autoescape=html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=finite,
    )
    made.filters = dict(FILTERS)
    made.tests = {name: made.tests[name] for name in ("defined", "undefined")}
    made.globals = {}
    return made


@dataclass(slots=True)
class CheckedText:
    """A text whose every name is settled: ``reads`` are the variables, ``items`` the readers of items of loops.

    ``fields`` are those that it reads, ``place`` and ``length`` where it is written.
    """

    tree: nodes.Template
    reads: Mapping[str, Reader]
    items: Mapping[str, Reader]
    html: bool
    fields: frozenset[FieldRead]
    place: Place
    length: int
    _compiled: Compiled | None = None

    def render(self, record: Mapping[str, Any], world: Any, locale: str, most: int) -> str:
        """The text for a reader of ``locale``, at most ``most`` characters. Raises UnsaidError."""
        compiled = self._compiled or self._compile()
        rounds = Rounds()
        values = {name: read(record, world, rounds) for name, read in self.reads.items()}
        values[LOCALE] = locale_of(locale)
        length, pieces = 0, []
        try:
            for piece in compiled.root_render_func(compiled.new_context(values, shared=False)):
                length += len(piece)
                if length > most:
                    raise TooMuchError(f"it has more than {most:,} characters")
                pieces.append(piece)
        except (TemplateError, UnfitError, TooMuchError) as problem:
            raise UnsaidError(str(problem)) from None
        return "".join(pieces)

    def _compile(self) -> Compiled:
        here = environment(html=self.html)
        code = here.compile(self.tree)
        names = {name: _of_item(read) for name, read in self.items.items()}
        compiled = self._compiled = Compiled.from_code(here, code, names)
        return compiled


def _of_item(read: Reader) -> Any:
    def asked(item: Item) -> Any:
        return read(item.record, item.world, item.rounds)

    return asked
