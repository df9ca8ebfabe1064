"""One pass over the YAML event stream: builds located nodes and holds the limits of a document at the same time.

Nothing recursive runs over the input and no object is built from anchors, so a hostile document costs no more than the
limits allow: libyaml's event parser keeps its own stack on the heap and is stopped at the 33rd level. Its composer,
which crashes the process on deep nesting, is never called.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from engine.diagnostics import Diagnostic
from engine.reading import limits, messages
from engine.reading.nodes import Mapping, Node, Scalar, Sequence
from engine.reading.scalars import NUMBER_STARTS, NumberOutOfRange, meaning
from engine.reading.source import Source
from engine.reading.syntax import explain

Report = Callable[[Diagnostic], None]

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it; both give the same nodes for every document that is accepted."""

COMMENT_FOLLOWS = re.compile(r"[ \t]+#")
COLON_FOLLOWS = re.compile(r"\s*:")
FLOW_SIGNS = frozenset(",[]{}")
TAB = re.compile("\t")


class _Stop(Exception):
    """Nothing more is read; the reason has been reported."""


def build(source: Source, report: Report, loader: Any = LOADER) -> Node | None:
    """The root node of the document, or None when it is empty, is no YAML or crosses a limit.

    Everything but emptiness is reported. A node that is built although something was reported stands for what the
    author most likely meant, so that the rest of the document can be checked too.
    """
    builder = _Builder(source, report)
    try:
        root = builder.read(loader)
    except yaml.MarkedYAMLError as error:
        report(explain(source, error))
    except _Stop:
        pass
    else:
        builder.check_tabs()
        return root
    return None


class _Builder:
    def __init__(self, source: Source, report: Report) -> None:
        self.source = source
        self.report = report
        self.has_tabs = "\t" in source.text
        self.has_comments = " #" in source.text
        self.spans: list[tuple[int, int]] = []

    def read(self, loader: Any) -> Node | None:
        """Walks the events. Written flat, because it runs once for every node of every document."""
        source = self.source
        root: Node | None = None
        container: Mapping | Sequence | None = None
        key: Scalar | None = None
        flow = False
        above: list[tuple[Mapping | Sequence | None, Scalar | None, bool]] = []
        count = 0
        node: Node
        event: Any
        parser = loader(source.text)
        for event in iter(parser.get_event, None):
            kind = event.__class__
            if kind is ScalarEvent:
                node = Scalar(source, event.start_mark.index, event.end_mark.index, event.value, event.style or "")
                if event.tag is not None or event.anchor is not None:
                    self.refuse_properties(event)
                elif not node.style:
                    self.check_plain(node, flow)
                elif self.has_tabs:
                    self.spans.append((node.start, node.end))
            elif kind is MappingStartEvent:
                node = Mapping(source, event.start_mark.index, event.end_mark.index)
            elif kind is SequenceStartEvent:
                node = Sequence(source, event.start_mark.index, event.end_mark.index)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                if container is not None:
                    container.end = event.end_mark.index
                container, key, flow = above.pop()
                continue
            elif kind is AliasEvent:
                node = self.refuse_alias(event)
            else:
                if kind is DocumentStartEvent:
                    self.check_document_start(event, root)
                continue

            count += 1
            if count > limits.NODES:
                self.report(messages.too_many_nodes(node.place))
                raise _Stop
            if isinstance(container, Sequence):
                container.items.append(node)
            elif container is None:
                root = node
            elif key is not None:
                self.add(container, key, node, flow)
                key = None
            elif isinstance(node, Scalar):
                self.check_key(node)
                key = node
            else:
                key = self.refuse_key(node)
            if not isinstance(node, Scalar):
                above.append((container, key, flow))
                if len(above) > limits.DEPTH:
                    self.report(messages.too_deep(node.place))
                    raise _Stop
                if event.tag is not None or event.anchor is not None:
                    self.refuse_properties(event)
                flow = bool(event.flow_style)
                container, key = node, None
        return root

    def check_document_start(self, event: Any, root: Node | None) -> None:
        """Refuses directives, and anything after the first document."""
        if event.version is not None or event.tags:
            at = event.start_mark.index
            self.report(messages.directive(self.source.place(at), max(1, self.source.end_of_line(at) - at)))
        if root is not None:
            self.report(messages.several_documents(self.source.place(event.start_mark.index)))
            raise _Stop

    def check_plain(self, node: Scalar, flow: bool) -> None:
        """A plain text must mean the same to every reader, and must not lose its end to a comment."""
        text = node.text
        if flow and "?" in text:
            self.report(messages.flow_question_mark(node.place, node.length, text))
        if flow and text.endswith(":"):
            self.report(messages.blank_missing_after_colon(self.source.place(node.end - 1), text[:-1]))
        if self.has_comments and ('"' in text or "'" in text):
            self.check_comment(node)
        if text and text[0] in NUMBER_STARTS:
            try:
                meaning(text)
            except NumberOutOfRange:
                self.report(messages.number_out_of_range(node.place, node.length, text))
                node.style = '"'

    def check_comment(self, node: Scalar) -> None:
        """`` #`` inside the quotes of an unquoted condition begins a comment."""
        if not COMMENT_FOLLOWS.match(self.source.text, node.end):
            return
        rest = self.source.text[node.end : self.source.end_of_line(node.end)]
        for quote in ('"', "'"):
            if node.text.count(quote) % 2 and rest.count(quote) % 2:
                length = max(1, self.source.end_of_line(node.start) - node.start)
                self.report(messages.quote_line_with_comment(node.place, length))
                return

    def check_key(self, key: Scalar) -> None:
        """A key must be visible."""
        if not key.text and not key.style:
            self.report(messages.empty_key(key.place))

    def add(self, container: Mapping, key: Scalar, node: Node, flow: bool) -> None:
        """Puts an entry into a mapping, once."""
        first = container.add(key, node)
        if first is not None:
            self.report(messages.duplicate_key(key.place, key.length, key.text, first.place))
        if flow and not key.style:
            self.check_flow_colon(key, node)

    def check_flow_colon(self, key: Scalar, node: Node) -> None:
        """Within braces a key has its colon, and a blank behind it."""
        colon = COLON_FOLLOWS.match(self.source.text, key.end)
        if colon is None:
            if node.start == node.end:
                self.report(messages.flow_key_without_value(key.place, key.length, key.text))
        elif self.source.text[colon.end() : colon.end() + 1] in FLOW_SIGNS:
            self.report(messages.blank_missing_after_colon(self.source.place(colon.end() - 1), key.text))

    def refuse_key(self, node: Mapping | Sequence) -> Scalar:
        """A collection as a key; what follows is read as the value of an unnamed key."""
        if self.source.text.startswith("{{", node.start - 1):
            start = node.start - 1
            self.report(messages.quote_braces(self.source.place(start), self.source.end_of_line(start) - start))
        else:
            self.report(messages.key_is_no_text(node.place, node.length))
        return Scalar(self.source, node.start, node.end, "", '"')

    def refuse_properties(self, event: Any) -> None:
        """An anchor or a tag, which the event's start mark points at."""
        start = event.start_mark.index
        place = self.source.place(start)
        length = max(1, self.source.end_of_line(start) - start)
        if self.source.text.startswith("&", start):
            self.report(messages.anchor(place, length, event.anchor))
        else:
            self.report(messages.tag(place, length, self.source.text[start : start + length].split(" ")[0]))

    def refuse_alias(self, event: Any) -> Scalar:
        """An alias; a text takes its place."""
        start = event.start_mark.index
        length = max(1, self.source.end_of_line(start) - start)
        self.report(messages.alias(self.source.place(start), length, event.anchor))
        return Scalar(self.source, start, event.end_mark.index, "*" + event.anchor, '"')

    def check_tabs(self) -> None:
        """Tabs may stand in quoted texts, blocks and comments; elsewhere readers of YAML disagree about them."""
        if not self.has_tabs:
            return
        for found in TAB.finditer(self.source.text):
            at = found.start()
            before = self.source.text[self.source.start_of_line(at) : at]
            if any(start <= at < end for start, end in self.spans) and before.strip(" \t"):
                continue
            if before.startswith("#") or " #" in before:
                continue
            self.report(messages.tab(self.source.place(at)))
            return
