"""Which ids were met before, and with what: a table of hashes that takes some 25 MB for a million of them."""

from __future__ import annotations

from array import array

_KEY = 2**63 - 1
_CONTENT = 2**32 - 1
_FIRST = 1024
"""Places at first: a power of two, as there are at any time."""


class Seen:
    """Ids with their contents, of each of which only a hash is remembered.

    A dict of them would take four times as much: its numbers are objects, each by itself.
    """

    __slots__ = ("_contents", "_count", "_keys")

    def __init__(self) -> None:
        self._count = 0
        self._lay_out(_FIRST)

    def _lay_out(self, places: int) -> None:
        self._keys = array("Q", bytes(8 * places))
        self._contents = array("I", bytes(4 * places))

    def add(self, id: str, content: bytes) -> bool | None:
        """Remembers an id; of one that was met before, whether its content was the same."""
        key, digest = hash(id) & _KEY or 1, hash(content) & _CONTENT
        keys = self._keys
        last = len(keys) - 1
        place = key & last
        while known := keys[place]:
            if known == key:
                return self._contents[place] == digest
            place = (place + 1) & last
        keys[place], self._contents[place] = key, digest
        self._count += 1
        if 3 * self._count > 2 * last:
            self._grow()
        return None

    def _grow(self) -> None:
        old = zip(self._keys, self._contents, strict=True)
        self._lay_out(2 * len(self._keys))
        keys, contents, last = self._keys, self._contents, len(self._keys) - 1
        for key, digest in old:
            if key:
                place = key & last
                while keys[place]:
                    place = (place + 1) & last
                keys[place], contents[place] = key, digest
