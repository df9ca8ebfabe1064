"""Tokens of an expression: CEL's lexical grammar as one compiled pattern, and what a literal's text stands for."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from engine.conditions import syntax_messages as messages
from engine.conditions.syntax_messages import ConditionError, Problem
from engine.conditions.values import MAX_INT, MAX_UINT, MIN_INT, UInt

_TOKEN = re.compile(
    r"""
    (?: [\t\n\f\r\ ]++ | //[^\n]*+ )*+
    (?:
      (?P<name> (?! (?: [bB][rR]? | [rR] ) ["'] ) [A-Za-z_][A-Za-z0-9_]* )
    | (?P<operator> && | \|\| | [=!<>]= | [-+*/%!<>?:.,()\[\]{}] (?! (?<=\.)[0-9]) )
    | (?P<string>
        [bB]? (?:
          [rR] (?: \"{3} (?:(?!\"{3}).)* \"{3} | '{3} (?:(?!'{3}).)* '{3} | "[^"\r\n]*" | '[^'\r\n]*' )
        | \"{3} (?: [^"\\] | \\. | "(?!"") )* \"{3}
        | '{3} (?: [^'\\] | \\. | '(?!'') )* '{3}
        | " (?: [^"\\\r\n] | \\[^\r\n] )* "
        | ' (?: [^'\\\r\n] | \\[^\r\n] )* '
        )
      )
    | (?P<number>
        0x[0-9a-fA-F]+ [uU]?
      | (?: [0-9]* \. [0-9]+ (?: [eE][-+]?[0-9]+ )? | [0-9]+ [eE][-+]?[0-9]+ )
      | [0-9]+ [uU]?
      ) (?! [A-Za-z0-9_] )
    | (?P<quoted> ` [A-Za-z0-9_.\-/\ ]+ ` )
    | (?P<end> \Z )
    )
    """,
    re.DOTALL | re.VERBOSE,
)
_BLANK = re.compile(r"(?:[\t\n\f\r ]+|//[^\n]*)*")
_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\?\"'`])|[xX]([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.|\Z))",
    re.DOTALL,
)
_SIMPLE_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ODD_CHARACTERS = {
    "=": 'compare with "=="',
    "&": 'write "&&" for and',
    "|": 'write "||" for or',
    "“": "use straight quotes",
    "”": "use straight quotes",
    "„": "use straight quotes",
    "‘": "use straight quotes",
    "’": "use straight quotes",
    ";": "end the expression here; each line of a condition is an expression of its own",
    "`": "a name between backquotes holds letters, digits, blanks and _ . - /",
}


@dataclass(slots=True)
class Tokens:
    """The tokens of ``text`` as parallel lists; the last is of kind ``end``.

    A kind is ``name``, ``string``, ``number``, ``quoted``, ``end``, or the operator itself (``&&``, ``in``, …).
    ``starts`` and ``ends`` are character offsets.
    """

    text: str
    kinds: list[str]
    starts: list[int]
    ends: list[int]


def tokenize(text: str) -> Tokens:
    """The tokens of an expression. Raises ConditionError at the first thing that is no token."""
    kinds: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    match_at = _TOKEN.match
    position = 0
    while True:
        match = match_at(text, position)
        if match is None:
            raise ConditionError((_explain(text, position),))
        kind = match.lastgroup
        assert kind is not None
        start, position = match.span(kind)
        if kind == "operator":
            kind = match.group(kind)
        elif kind == "name" and position - start == 2 and match.group(kind) == "in":
            kind = "in"
        kinds.append(kind)
        starts.append(start)
        ends.append(position)
        if kind == "end":
            return Tokens(text, kinds, starts, ends)


def _explain(text: str, position: int) -> Problem:
    """What is wrong at the first place where no token begins."""
    blank = _BLANK.match(text, position)
    start = blank.end() if blank else position
    rest = text[start:]
    if re.match(r"[bB]?[rR]?[\"']", rest):
        return messages.unclosed_text(start, len(rest.split("\n", 1)[0]))
    if number := re.match(r"[0-9][A-Za-z0-9_.]*|\.[0-9][A-Za-z0-9_]*", rest):
        return messages.bad_number(start, len(number[0]), number[0], "is not a number")
    return messages.unknown_character(start, rest[0], _ODD_CHARACTERS.get(rest[0]))


def number_value(text: str, offset: int) -> int | UInt | float:
    """The value of a number as written, with its sign if it has one. Raises ConditionError out of range."""

    def refused(why: str) -> ConditionError:
        return ConditionError((messages.bad_number(offset, len(text), text, why),))

    digits = text.lstrip("-")
    if not digits.isdigit() and not digits.startswith("0x") and digits[-1] not in "uU":
        double = float(digits)
        if math.isinf(double):
            raise refused("is larger than any double")
        return -double if text[0] == "-" else double
    unsigned = digits[-1] in "uU"
    digits = digits.rstrip("uU")
    # Forty digits are enough to be out of range, and all that Python need convert.
    value = int(digits, 16) if digits.startswith("0x") else int(digits.lstrip("0")[:40] or "0")
    if unsigned:
        if value > MAX_UINT:
            raise refused(f"is above {MAX_UINT}, the largest uint")
        return UInt(value)
    if text[0] == "-":
        value = -value
    if value > MAX_INT:
        raise refused(f"is above {MAX_INT}, the largest int")
    if value < MIN_INT:
        raise refused(f"is below {MIN_INT}, the smallest int")
    return value


def string_value(text: str, offset: int) -> str | bytes:
    """The str or bytes that a literal stands for. Raises ConditionError for an escape it cannot hold."""
    at = 0
    is_bytes = text[at] in "bB"
    at += is_bytes
    raw = text[at] in "rR"
    at += raw
    quotes = 3 if text.startswith(('"""', "'''"), at) and len(text) - at >= 6 else 1
    body = text[at + quotes : len(text) - quotes]
    if raw or "\\" not in body:
        return body.encode() if is_bytes else body
    return _unescaped_bytes(body, offset + at + quotes) if is_bytes else _unescaped(body, offset + at + quotes)


def _unescaped(body: str, offset: int) -> str:
    def character(match: re.Match[str]) -> str:
        simple, pair, octal, short, long, _ = match.groups()
        if simple:
            return _SIMPLE_ESCAPES.get(simple, simple)
        code = int(octal, 8) if octal else int(pair or short or long or "110000", 16)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise ConditionError((_bad_escape(match, offset, is_bytes=False),))
        return chr(code)

    return _ESCAPE.sub(character, body)


def _unescaped_bytes(body: str, offset: int) -> bytes:
    parts: list[bytes] = []
    position = 0
    for match in _ESCAPE.finditer(body):
        simple, pair, octal, _, _, _ = match.groups()
        parts.append(body[position : match.start()].encode())
        position = match.end()
        if simple:
            parts.append(_SIMPLE_ESCAPES.get(simple, simple).encode())
        elif pair or octal:
            parts.append(bytes((int(pair, 16) if pair else int(octal, 8),)))
        else:
            raise ConditionError((_bad_escape(match, offset, is_bytes=True),))
    parts.append(body[position:].encode())
    return b"".join(parts)


def _bad_escape(match: re.Match[str], offset: int, *, is_bytes: bool) -> Problem:
    hint = r"for a backslash itself write \\"
    if is_bytes and match[0][1:2] in ("u", "U"):
        hint = r"bytes know no characters; write \xHH for each byte"
    elif match[4] or match[5]:
        hint = "it names no Unicode character"
    return messages.bad_escape(offset + match.start(), len(match[0]), match[0], hint)
