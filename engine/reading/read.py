"""The reader's front door: from the text of a document to its located root."""

from __future__ import annotations

import re

from engine.diagnostics import Diagnostic
from engine.reading import limits, messages
from engine.reading.build import Report, build
from engine.reading.nodes import Mapping, Sequence
from engine.reading.source import Source

FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What YAML calls not printable, and the three line breaks that only YAML 1.1 knows (U+0085, U+2028, U+2029)."""

MISREAD_LINE = frozenset({"V111", "V112", "V116"})
"""Anchors, aliases, tags, and lines to be quoted."""

BYTE_ORDER_MARK = "\ufeff"


def read_text(source: Source, report: Report) -> Mapping | None:
    """The root of the document in ``source``; None when there is none.

    Every mistake is handed to ``report``. A root may come back although something was reported: then it stands for
    what was most likely meant, good for finding more mistakes and for nothing else.
    """
    text = source.text
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    if size > limits.DOCUMENT_BYTES:
        report(messages.too_large(source.file, size))
        return None
    if found := FORBIDDEN.search(text):
        report(messages.forbidden_character(source.place(found.start()), found.group()))
        return None
    reported: list[Diagnostic] = []
    root = build(source, reported.append)
    for diagnostic in _causes(reported):
        report(diagnostic)
    if isinstance(root, Mapping):
        return root
    if root is None:
        if not reported:
            report(messages.empty(source.file))
    elif isinstance(root, Sequence):
        report(messages.root_is_no_mapping(root.place, root.length, "a list"))
    elif root.value is not None or root.quoted:
        report(messages.root_is_no_mapping(root.place, root.length, "a text"))
    else:
        report(messages.empty(source.file))
    return None


def _causes(reported: list[Diagnostic]) -> list[Diagnostic]:
    """Without what else YAML stumbles over in a line that it took for something else from the start."""
    kept: list[Diagnostic] = []
    misread: dict[int, Diagnostic] = {}
    for diagnostic in reported:
        line = diagnostic.place.line
        if line not in misread or (diagnostic.code == misread[line].code and diagnostic.code != "V116"):
            kept.append(diagnostic)
        if diagnostic.code in MISREAD_LINE:
            misread.setdefault(line, diagnostic)
    return kept


def source_from_bytes(file: str, content: bytes) -> tuple[Source, Diagnostic | None]:
    """The bytes of a file as text, with a diagnostic when they are no UTF-8 (the text is then a best guess to show)."""
    if encoding := _other_encoding(content):
        return Source(file, content.decode(encoding, "replace")), messages.other_encoding(file, encoding.upper())
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        source = Source(file, content.decode("utf-8", "replace"))
        place = source.place(len(content[: error.start].decode("utf-8").removeprefix(BYTE_ORDER_MARK)))
        return source, messages.not_utf8(file, place.line, place.column, content[error.start])
    return Source(file, text.removeprefix(BYTE_ORDER_MARK)), None


def _other_encoding(content: bytes) -> str | None:
    """A byte order mark, or the zero bytes that ASCII letters leave in wider encodings."""
    for mark, encoding in (
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return encoding
    head = content[:4]
    if len(head) == 4 and head[0] and not head[1] and head[2] and not head[3]:
        return "utf-16-le"
    if len(head) == 4 and not head[0] and head[1] and not head[2] and head[3]:
        return "utf-16-be"
    return None
