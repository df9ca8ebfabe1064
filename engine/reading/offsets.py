"""From a character of a text to the character of the file that wrote it, through quotes, escapes and folding.

The text is what the YAML reader made of ``source[start:end]``; here the same characters are walked again, only when
somebody asks for a place inside a text. What the walk yields is compared with the text, so a place is never invented:
where they differ, every offset answers with the beginning of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LEADING_BLANKS = re.compile(r" *")
BLOCK_HEADER = re.compile(r"[|>]([-+0-9]*)[ \t]*(?:#[^\r\n]*)?(\r\n|\r|\n)?")
ESCAPE_LENGTHS = {"x": 2, "u": 4, "U": 8}
ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "/": "/",
    "\\": "\\",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}

Walked = list[tuple[str, int]]
"""The characters of the text, each with the index in the source that wrote it."""


def indices(source: str, start: int, end: int, text: str, style: str) -> Sequence[int]:
    """For each offset of ``text``, its end included, the index in ``source`` of the character that wrote it."""
    first = start + len(style)
    if source.startswith(text, first) and (style == "" or (style in "'\"" and first + len(text) == end - 1)):
        return range(first, first + len(text) + 1)  # written as it reads
    if style in ("|", ">"):
        walked = _block(source, start, end, folded=style == ">")
    else:
        inside = 0 if style == "" else 1
        walked = _folded_lines(source, start + inside, end - inside, style)
    if "".join(character for character, _ in walked) != text:
        return (start,) * (len(text) + 1)
    after = walked[-1][1] + 1 if walked else start
    return (*(index for _, index in walked), after)


def _folded_lines(source: str, start: int, end: int, style: str) -> Walked:
    """Plain and quoted texts (YAML 1.2, section 6.5): a line break is a blank, an empty line a line break."""
    walked: Walked = []
    index = start
    while index < end:
        character = source[index]
        if character in "\r\n" or (character in " \t" and _only_blanks_to_break(source, index, end)):
            index = _fold(source, index, end, walked)
        elif style == "'" and character == "'":
            walked.append(("'", index))
            index += 2
        elif style == '"' and character == "\\":
            index = _escape(source, index, end, walked)
        else:
            walked.append((character, index))
            index += 1
    return walked


def _only_blanks_to_break(source: str, index: int, end: int) -> bool:
    while index < end and source[index] in " \t":
        index += 1
    return index < end and source[index] in "\r\n"


def _fold(source: str, index: int, end: int, walked: Walked) -> int:
    """Reads from the blanks before a line break to the next visible character."""
    at = index
    breaks: list[int] = []
    while index < end and source[index] in " \t\r\n":
        if source[index] in "\r\n":
            breaks.append(index)
            index += 2 if source.startswith("\r\n", index) else 1
        else:
            index += 1
    if len(breaks) == 1:
        walked.append((" ", at))
    else:
        walked.extend(("\n", place) for place in breaks[1:])
    return index


def _escape(source: str, index: int, end: int, walked: Walked) -> int:
    letter = source[index + 1]
    if letter in "\r\n":
        index += 3 if source.startswith("\r\n", index + 1) else 2
        while index < end and source[index] in " \t\r\n":
            if source[index] in "\r\n":
                walked.append(("\n", index))
                index += 2 if source.startswith("\r\n", index) else 1
            else:
                index += 1
        return index
    digits = ESCAPE_LENGTHS.get(letter, 0)
    written = chr(int(source[index + 2 : index + 2 + digits], 16)) if digits else ESCAPES[letter]
    walked.append((written, index))
    return index + 2 + digits


def _block(source: str, start: int, end: int, *, folded: bool) -> Walked:
    """Literal and folded blocks (YAML 1.2, sections 8.1.2 and 8.1.3)."""
    header = BLOCK_HEADER.match(source, start)
    if header is None:
        return []
    lines = _lines(source, header.end(), end)
    indent = _indent(lines, header.group(1), source, start)
    walked: Walked = []
    pending: list[int] = []
    before_was_text = False
    for index, line in lines:
        content = line[indent:] if LEADING_BLANKS.match(line).end() >= indent else ""  # type: ignore[union-attr]
        if not content:
            pending.append(index + len(line))
            continue
        is_text = content[0] not in " \t"
        if folded and walked and before_was_text and is_text:
            if len(pending) == 1:
                walked.append((" ", pending[0]))
            else:
                walked.extend(("\n", place) for place in pending[1:])
        else:
            walked.extend(("\n", place) for place in pending)
        walked.extend((character, index + indent + offset) for offset, character in enumerate(content))
        pending = [index + len(line)]
        before_was_text = is_text
    if not walked:
        kept = pending if "+" in header.group(1) else []
    elif "-" in header.group(1):
        kept = []
    else:
        kept = pending if "+" in header.group(1) else pending[:1]
    walked.extend(("\n", place) for place in kept)
    return walked


def _lines(source: str, start: int, end: int) -> list[tuple[int, str]]:
    lines: list[tuple[int, str]] = []
    index = start
    for piece in re.split(r"(\r\n|\r|\n)", source[start:end]):
        if piece not in ("\r\n", "\r", "\n"):
            lines.append((index, piece))
        index += len(piece)
    if lines and lines[-1][1].strip(" ") == "":
        lines.pop()
    return lines


def _indent(lines: list[tuple[int, str]], marks: str, source: str, start: int) -> int:
    """The first line with text sets the indent; a digit in the header counts from the parent, which is searched."""
    if digits := "".join(mark for mark in marks if mark.isdigit()):
        smallest = min((len(line) - len(line.lstrip(" ")) for _, line in lines if line.strip(" ")), default=0)
        line_start = max(source.rfind("\n", 0, start), source.rfind("\r", 0, start)) + 1
        parent = len(source[line_start:start]) - len(source[line_start:start].lstrip(" -"))
        return min(smallest, parent + int(digits))
    for _, line in lines:
        if line.strip(" "):
            return len(line) - len(line.lstrip(" "))
    return 0
