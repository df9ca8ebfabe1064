"""Located nodes: what a document says and where it says it, before anything is known about its meaning."""

from __future__ import annotations

from collections.abc import Sequence as Indices
from typing import TypeAlias

from engine.diagnostics import Place
from engine.reading import offsets
from engine.reading.scalars import meaning
from engine.reading.source import Source


class _Located:
    """``start`` and ``end`` are character offsets into the source's text (``end`` exclusive)."""

    __slots__ = ("end", "source", "start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end

    @property
    def place(self) -> Place:
        """Where the node begins."""
        return self.source.place(self.start)

    @property
    def length(self) -> int:
        """How many characters to underline: the part of the node on its first line, at least 1."""
        return max(1, min(self.end, self.source.end_of_line(self.start)) - self.start)


class Scalar(_Located):
    """A text. ``style`` is ``""`` for a plain one, else the character that opens it: ``'``, ``"``, ``|`` or ``>``."""

    __slots__ = ("_indices", "style", "text")

    def __init__(self, source: Source, start: int, end: int, text: str, style: str) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.text = text
        self.style = style
        self._indices: Indices[int] | None = None

    def __repr__(self) -> str:
        return f"Scalar({self.text!r})"

    @property
    def quoted(self) -> bool:
        """Whether the author marked it as text: in quotes, or as a ``|`` or ``>`` block."""
        return self.style != ""

    @property
    def value(self) -> str | int | float | bool | None:
        """The text, or what a plain text means in YAML 1.2."""
        return self.text if self.style else meaning(self.text)

    def place_at(self, offset: int) -> Place:
        """Where the character at ``offset`` of ``text`` stands in the file; ``len(text)`` is the place just after."""
        if self._indices is None:
            self._indices = offsets.indices(self.source.text, self.start, self.end, self.text, self.style)
        return self.source.place(self._indices[max(0, min(offset, len(self.text)))])


class Mapping(_Located):
    """Keys with their nodes, in document order."""

    __slots__ = ("_pairs",)

    def __init__(self, source: Source, start: int, end: int) -> None:
        super().__init__(source, start, end)
        self._pairs: dict[str, tuple[Scalar, Node]] = {}

    def __repr__(self) -> str:
        return f"Mapping({', '.join(self._pairs)})"

    def __contains__(self, key: str) -> bool:
        return key in self._pairs

    def __len__(self) -> int:
        return len(self._pairs)

    @property
    def entries(self) -> tuple[tuple[Scalar, Node], ...]:
        """The keys and their nodes."""
        return tuple(self._pairs.values())

    def get(self, key: str) -> Node | None:
        """What stands under a key, or None when the key is missing."""
        pair = self._pairs.get(key)
        return pair[1] if pair else None

    def key(self, key: str) -> Scalar:
        """The key itself, for its place. Raises KeyError when it is missing."""
        return self._pairs[key][0]

    def add(self, key: Scalar, node: Node) -> Scalar | None:
        """Adds an entry, or returns the key that is already there and leaves it."""
        there = self._pairs.setdefault(key.text, (key, node))
        return None if there[0] is key else there[0]


class Sequence(_Located):
    """Nodes in order."""

    __slots__ = ("items",)

    def __init__(self, source: Source, start: int, end: int) -> None:
        super().__init__(source, start, end)
        self.items: list[Node] = []

    def __repr__(self) -> str:
        return f"Sequence({len(self.items)})"


Node: TypeAlias = Scalar | Mapping | Sequence


def data(node: Node) -> object:
    """The node as plain Python values: dicts with text keys, lists, texts, numbers, bools and None."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return {key.text: data(value) for key, value in node.entries}
    return [data(item) for item in node.items]
