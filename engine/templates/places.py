"""Where a word of a text stands: Jinja's tree knows lines only, its lexer knows every piece in order."""

from __future__ import annotations

from collections.abc import Iterable

Token = tuple[int, str, str]
"""Line, kind and text, as Jinja's lexer yields them."""


class Places:
    """The words of one text with their offsets. Each question finds the next place that was not found before."""

    def __init__(self, text: str, tokens: Iterable[Token]) -> None:
        self._text = text
        self._words: list[tuple[int, str, int]] = []
        self._found: dict[tuple[int, tuple[str, ...]], int] = {}
        at = 0
        for line, kind, written in tokens:
            start = text.find(written, at)
            if start < 0:  # blanks that the lexer has trimmed
                continue
            at = start + len(written)
            if kind not in ("whitespace", "data"):
                self._words.append((line, written, start))

    def of(self, line: int, words: tuple[str, ...]) -> int:
        """The offset of the last of ``words``, which follow each other on ``line`` or below; else that of the line."""
        begin = self._found.get((line, words), 0)
        for first in range(begin, len(self._words) - len(words) + 1):
            here = self._words[first : first + len(words)]
            if here[0][0] >= line and tuple(word for _, word, _ in here) == words:
                self._found[line, words] = first + 1
                return here[-1][2]
        return self.of_line(line)

    def of_line(self, line: int) -> int:
        """The offset of the first tag on a line, or of the line."""
        starts = [start for number, word, start in self._words if number == line and word.startswith("{")]
        if starts:
            return starts[0]
        lines = self._text.split("\n")
        return min(len(self._text), sum(len(one) + 1 for one in lines[: line - 1]))
