"""Checks a template: its machine, its locales, and every text of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.diagnostics import Diagnostic
from engine.machines.model import Machine
from engine.machines.scope import entity_variables
from engine.machines.vocabulary import MachineVocabulary
from engine.reading.nodes import Mapping as MappingNode
from engine.reading.nodes import Scalar
from engine.templates import messages
from engine.templates.model import Said, Template

Written = list[tuple[Scalar, list[tuple[Scalar, MappingNode | Scalar]]]]
"""Each channel with its locales and what is written in them."""


def check_template(
    root: MappingNode, machines: Mapping[str, Machine], vocabulary: MachineVocabulary, report: list[Diagnostic]
) -> Template | None:
    """The template that can be rendered, or None when something was reported as an error."""
    # Jinja and Babel are loaded with the first template, not with every command.
    from engine.templates.check_text import check_text

    found: list[Diagnostic] = []
    entity, fallback = _scalar(root, "entity"), _scalar(root, "fallback")
    written = _written(root)
    found.extend(_locales(written, fallback))
    if entity.text not in machines:
        found.append(messages.unknown_machine(entity.place, entity.text, machines))
        report.extend(found)
        return None
    variables = entity_variables(vocabulary, entity.text)
    channels: dict[str, dict[str, Said]] = {}
    for channel, texts in written:
        said = channels.setdefault(channel.text, {})
        for locale, text in texts:
            subject = body = None
            html = channel.text == "telegram"
            if isinstance(text, MappingNode):
                body_text = _scalar(text, "body")
                html = body_text.text.lstrip().startswith("<")
                subject = check_text(_scalar(text, "subject"), variables, vocabulary, found, html=False)
                body = check_text(body_text, variables, vocabulary, found, html=html)
            else:
                body = check_text(text, variables, vocabulary, found, html=html)
            if body is not None:
                said[locale.text.lower()] = Said(locale.text, subject, body, html)
    report.extend(found)
    if any(one.severity == "error" for one in found):
        return None
    return Template(
        id=_scalar(root, "id").text,
        version=int(_scalar(root, "version").text),
        description=_scalar(root, "description").text,
        entity=entity.text,
        fallback=fallback.text,
        channels=channels,
        place=root.place,
    )


def _written(root: MappingNode) -> Written:
    channels = root.get("channels")
    assert isinstance(channels, MappingNode)
    return [
        (channel, [(locale, text) for locale, text in texts.entries if isinstance(text, (MappingNode, Scalar))])
        for channel, texts in channels.entries
        if isinstance(texts, MappingNode)
    ]


def _locales(written: Written, fallback: Scalar) -> Iterator[Diagnostic]:
    """Every tag is a locale, every channel has the fallback, and what one channel has all have."""
    from engine.templates.filters import locale_of

    first: dict[str, tuple[str, str]] = {}
    for channel, texts in written:
        here: dict[str, str] = {}
        for locale, _ in texts:
            tag = locale.text.lower()
            if tag in here:
                yield messages.repeated_locale(locale.place, locale.text, here[tag])
            here[tag] = locale.text
            first.setdefault(tag, (channel.text, locale.text))
            try:
                locale_of(locale.text)
            except ValueError:
                yield messages.unknown_locale(locale.place, locale.text)
    for channel, texts in written:
        tags = {locale.text.lower() for locale, _ in texts}
        if fallback.text.lower() not in tags:
            yield messages.no_fallback(channel.place, channel.text, fallback.text)
        for tag, (other, shown) in first.items():
            if tag not in tags and tag != fallback.text.lower():
                yield messages.locale_missing(channel.place, channel.text, shown, other, fallback.text)


def _scalar(root: MappingNode, key: str) -> Scalar:
    node = root.get(key)
    assert isinstance(node, Scalar)
    return node
