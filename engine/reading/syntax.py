"""Why YAML could not be read: finds the author's mistake from the text around the place where the parser gave up.

The parser's own words are used only to tell kinds of mistakes apart, never shown.
"""

from __future__ import annotations

import re

import yaml

from engine.diagnostics import Diagnostic
from engine.reading import messages
from engine.reading.source import Source

VALUE = re.compile(r"[ ]*(?:-[ ]+)*(?:[^\s\"'\[\]{}#&*!|>%@`,][^\"'#]*?:[ ]+)?")
"""The part of a line before its value: list dashes and one key."""
QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
AT_THE_MARGIN = re.compile(r"^[^\s#]", re.MULTILINE)
BAD_ESCAPE = re.compile(r"\\(?:x[^\s\"]{0,2}|u[^\s\"]{0,4}|U[^\s\"]{0,8}|.)?")
LONGEST_KEY = 1024
RESERVED = "@`%"
CANNOT_BEGIN = RESERVED + "|>]},?"
TIGHT_COLON = re.compile(r"([^,\[\]{}:]+):[,\]}]")


def explain(source: Source, error: yaml.MarkedYAMLError) -> Diagnostic:
    """The diagnostic for an error of PyYAML's scanner or parser, in words for the author of the document."""
    at = _index(error.problem_mark, error.context_mark)
    problem = f"{error.context or ''} {error.problem or ''}"
    began = _index(error.context_mark, error.problem_mark)

    if "maximum nesting depth" in problem:  # libyaml's own limit, of which its scanner tells before ours is met
        return messages.too_deep(source.place(at))
    if "quoted scalar" in problem or "double-quoted" in problem or "single-quoted" in problem:
        return _quoted(source, began, at, problem)
    if _tab_near(source, at):
        return _tab_near_diagnostic(source, at)
    return (
        _whole_line(source, at)
        or _by_kind(source, began, at, problem)
        or messages.not_yaml(source.place(at), _rest(source, at))
    )


def _index(*marks: yaml.Mark | None) -> int:
    for mark in marks:
        if mark is not None:
            return int(mark.index)
    return 0


def _rest(source: Source, index: int) -> int:
    return max(1, source.end_of_line(index) - index)


def _value(source: Source, at: int) -> int:
    """Where the value of the line begins on which ``at`` stands: after blanks, dashes and one key."""
    head = VALUE.match(source.text, source.start_of_line(at), source.end_of_line(at))
    return head.end() if head else at


def _indent(source: Source, at: int) -> int:
    start = source.start_of_line(at)
    line = source.text[start : source.end_of_line(at)]
    return len(line) - len(line.lstrip(" "))


def _quoted(source: Source, began: int, at: int, problem: str) -> Diagnostic:
    if "escape" in problem or "hex" in problem or "Unicode" in problem:
        backslash = source.text.rfind("\\", began, at + 1)
        written = BAD_ESCAPE.match(source.text, max(backslash, 0))
        text = written.group() if written else "\\"
        return messages.unknown_escape(source.place(max(backslash, began)), len(text), text)
    return messages.quote_not_closed(source.place(began), source.text[began : began + 1])


def _tab_near(source: Source, at: int) -> bool:
    return _tab_index(source, at) >= 0


def _tab_index(source: Source, at: int) -> int:
    """A tab at the problem, or within the indentation of its line."""
    start = source.start_of_line(at)
    indent = source.text[start : source.end_of_line(at)]
    blanks = indent[: len(indent) - len(indent.lstrip(" \t-"))]
    if "\t" in blanks:
        return start + blanks.index("\t")
    return at if source.text[at : at + 1] == "\t" else -1


def _tab_near_diagnostic(source: Source, at: int) -> Diagnostic:
    return messages.tab(source.place(_tab_index(source, at)))


def _whole_line(source: Source, at: int) -> Diagnostic | None:
    """The mistakes of an unquoted condition: its beginning decides what YAML takes it for."""
    end = source.end_of_line(at)
    value = _value(source, at)
    first = source.text[value : value + 1]
    place = source.place(value)
    length = max(1, end - value)
    if first in ('"', "'") and first:
        quoted = QUOTED.match(source.text, value, end)
        if (
            quoted
            and source.text[quoted.end() : end].strip()
            and source.text[quoted.end() : end].lstrip()[0] not in ",]}:#"
        ):
            return messages.quote_line_after_quote(place, length)
    if first and first in RESERVED:
        return messages.quote_line_that_starts_with(place, length, first)
    if source.text.startswith("{{", value):
        return messages.quote_braces(place, length)
    if first and first in "[{":
        closed = _closing(source.text, value, end)
        if closed is not None and source.text[closed:end].strip():
            return messages.quote_line_after_collection(place, length, first)
    return None


def _closing(text: str, start: int, end: int) -> int | None:
    """The index after the bracket that closes the one at ``start``, or None when it is not on this line."""
    depth = 0
    index = start
    while index < end:
        quoted = QUOTED.match(text, index, end)
        if quoted:
            index = quoted.end()
            continue
        if text[index] in "[{":
            depth += 1
        elif text[index] in "]}":
            depth -= 1
            if depth == 0:
                return index + 1
        index += 1
    return None


def _last_open(text: str, end: int) -> int | None:
    """The last bracket before ``end`` that is not closed, looked for from the last key at the margin on."""
    index = max((found.start() for found in AT_THE_MARGIN.finditer(text, 0, end)), default=0)
    opened: list[int] = []
    while index < end:
        quoted = QUOTED.match(text, index, end)
        if quoted:
            index = quoted.end()
            continue
        if text[index] in "[{":
            opened.append(index)
        elif text[index] in "]}" and opened:
            opened.pop()
        index += 1
    return opened[-1] if opened else None


def _by_kind(source: Source, began: int, at: int, problem: str) -> Diagnostic | None:
    place = source.place(at)
    length = _rest(source, at)
    if "mapping values are not allowed" in problem:
        start = source.start_of_line(at)
        if at - start > LONGEST_KEY:
            return messages.key_too_long(source.place(start))
        if ":" not in source.text[start:at]:
            start += _indent(source, at)
            return messages.continued_text(source.place(start), _rest(source, start))
        value = _value(source, at)
        return messages.quote_line_with_colon(source.place(value), _rest(source, value))
    if "flow mapping" in problem or "flow sequence" in problem or "flow node" in problem:
        opening = source.text[began : began + 1]
        beyond = source.start_of_line(at) > began and _indent(source, at) <= _indent(source, began)
        if opening in ("[", "{") and (beyond or not source.text[at:].strip()):
            return messages.collection_not_closed(source.place(began), opening)
        if not source.text[at:].strip() and (last := _last_open(source.text, at)) is not None:
            return messages.collection_not_closed(source.place(last), source.text[last])
        return messages.flow_text_taken_apart(place, length)
    if "expected ':'" in problem or "simple key" in problem:
        if tight := TIGHT_COLON.match(source.text, began, source.end_of_line(began)):
            return messages.blank_missing_after_colon(source.place(tight.end() - 2), tight.group(1))
        return messages.colon_missing(source.place(began), _rest(source, began), _line_from(source, began))
    if "sequence entries are not allowed" in problem:
        return messages.list_item_misplaced(place)
    if "block scalar" in problem:
        return messages.block_header(place, length)
    if "tag" in problem:
        return messages.tag(source.place(began), _rest(source, began), _line_from(source, began).split(" ")[0])
    if "anchor" in problem:
        return messages.anchor(source.place(began), _rest(source, began), _line_from(source, began)[1:].split(" ")[0])
    if "alias" in problem:
        return messages.alias(source.place(began), _rest(source, began), _line_from(source, began)[1:].split(" ")[0])
    if "directive" in problem:
        return messages.directive(place, length)
    if "document start" in problem or "<document start>" in problem:
        return messages.indentation(place, length)
    if "block mapping" in problem or "block collection" in problem or "block sequence" in problem:
        return messages.indentation(place, length)
    character = source.text[at : at + 1]
    if character and character in CANNOT_BEGIN:
        return messages.quote_line_that_starts_with(place, length, character)
    return None


def _line_from(source: Source, index: int) -> str:
    return source.text[index : source.end_of_line(index)]
