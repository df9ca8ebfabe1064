"""The root of a Merkle tree, as RFC 6962 (section 2.1) has it: one hash that stands for a list of hashes in its order."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256


class Tree:
    """A tree that grows by one leaf after the other; it keeps one hash for each complete subtree."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._complete: list[tuple[int, bytes]] = []
        for leaf in leaves:
            self.add(leaf)

    def add(self, leaf: bytes) -> None:
        """Adds a leaf."""
        self.size += 1
        count, node = 1, sha256(b"\0" + leaf).digest()
        while self._complete and self._complete[-1][0] == count:
            _, left = self._complete.pop()
            count, node = count * 2, sha256(b"\1" + left + node).digest()
        self._complete.append((count, node))

    def root(self) -> str:
        """The root over the leaves so far."""
        if not self._complete:
            return sha256(b"").hexdigest()
        node = self._complete[-1][1]
        for _, left in reversed(self._complete[:-1]):
            node = sha256(b"\1" + left + node).digest()
        return node.hex()
