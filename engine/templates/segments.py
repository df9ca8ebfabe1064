"""How many short messages a text takes: GSM 7-bit or UCS-2, and where it is cut.

Sources: 3GPP TS 23.038, 6.2.1 (the default alphabet and its extension table) and TS 23.040, 9.2.3.24.1 (concatenated
messages: 153 septets or 67 code units each, since the header takes six octets).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
"""Characters that take an escape before them, and so two septets."""


@dataclass(frozen=True, slots=True)
class Segments:
    """``units`` are septets (``GSM-7``) or UTF-16 code units (``UCS-2``), ``count`` the messages they fill."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    count: int

    def as_json(self) -> dict[str, object]:
        """The form that ``virel template preview --format json`` prints."""
        return {"encoding": self.encoding, "units": self.units, "count": self.count}


def segments(text: str) -> Segments:
    """The messages that a text takes."""
    if all(character in BASIC or character in EXTENSION for character in text):
        widths = [2 if character in EXTENSION else 1 for character in text]
        return Segments("GSM-7", sum(widths), _count(widths, 160, 153))
    widths = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return Segments("UCS-2", sum(widths), _count(widths, 70, 67))


def _count(widths: list[int], alone: int, together: int) -> int:
    """How many messages hold these characters; a character of two units is never cut."""
    if sum(widths) <= alone:
        return 1
    count, used = 1, 0
    for width in widths:
        if used + width > together:
            count, used = count + 1, 0
        used += width
    return count
