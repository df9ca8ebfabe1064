"""The verb of a template: it renders what is said on one channel to a reader of one locale, or says why it cannot."""

from __future__ import annotations

from engine.templates.locales import language, lookup
from engine.templates.model import LONGEST, LONGEST_SUBJECT, Facts, Message, Refusal, Template
from engine.templates.segments import segments


def render(template: Template, channel: str, locale: str, facts: Facts) -> Message | Refusal:
    """The message, or the reason why nothing is sent.

    The text is that of the locale, of a shorter form of it (``ru-RU``, ``ru``), or of the template's fallback. Numbers
    and instants read as in the reader's own locale where that speaks the text's language.
    """
    from engine.templates.text import UnsaidError

    written = template.channels.get(channel)
    found = lookup(locale, template.fallback, written) if written is not None else None
    if written is None or found is None:
        reason = f"{template.id} says nothing on the channel {channel} in {locale}"
        return Refusal(template.id, template.version, channel, locale, reason)
    said = written[found]
    reader = locale if language(locale) == language(said.locale) else said.locale
    subject: str | None = None
    try:
        if said.subject is not None:
            line = said.subject.render(facts.record, facts.world, reader, LONGEST_SUBJECT)
            subject = " ".join(line.split())  # a line break would begin another header
        body = said.body.render(facts.record, facts.world, reader, LONGEST[channel])
    except UnsaidError as problem:
        return Refusal(template.id, template.version, channel, said.locale, str(problem))
    if not body.strip() or subject == "":
        return Refusal(template.id, template.version, channel, said.locale, "the text is empty")
    counted = segments(body) if channel == "sms" else None
    return Message(template.id, template.version, channel, said.locale, subject, body, said.html, counted)
