"""A message as somebody sees it who may not see everything: a text that tells what is hidden is not shown at all.

Which of its words tell it cannot be known once they are written, and how long it has become tells of it too.
"""

from __future__ import annotations

from dataclasses import replace

from engine.conditions.veil import HIDDEN, Sees
from engine.templates.model import Message, Refusal, Template


def veiled(template: Template, said: Message | Refusal, sees: Sees) -> Message | Refusal:
    """What ``template`` said, or why it said nothing, with what the reader may not see left out."""
    texts = template.channels.get(said.channel, {}).get(said.locale.lower())
    if texts is None:  # nothing is written there, and nothing was read to find that out
        return said
    body = all(map(sees, texts.body.fields))
    subject = texts.subject is None or all(map(sees, texts.subject.fields))
    if isinstance(said, Refusal):
        return said if body and subject else replace(said, reason=HIDDEN)
    if not body:
        said = replace(said, body=HIDDEN, segments=None)
    return said if subject else replace(said, subject=HIDDEN)
