"""What a text must be to stand for something: an address, a language, a line; the same wherever people type it."""

from __future__ import annotations

import re
import unicodedata

from babel import Locale, UnknownLocaleError

LONGEST_ADDRESS = 254
"""Characters of an e-mail address (RFC 5321, 4.5.3.1.3, less the brackets of a path)."""
_LABEL = r"[^\W_]+(?:-+[^\W_]+)*"
_MAILBOX = r"[^\s@\x00-\x1f\x7f<>()\[\],;:\\\"]{1,64}"
_ADDRESS = re.compile(rf"{_MAILBOX}@(?:{_LABEL}\.)+(?=[^.]{{2}}){_LABEL}")
_UNENDED = re.compile(rf"{_MAILBOX}@{_LABEL}(?:\.{_LABEL})*")


def is_address(text: str) -> bool:
    """Whether a text looks like an e-mail address that reaches somebody from outside, such as name@example.com."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def lacks_ending(text: str) -> bool:
    """Whether a text would be an address if its domain ended in something like ``.com``."""
    return not is_address(text) and _UNENDED.fullmatch(text) is not None


def is_locale(text: str) -> bool:
    """Whether a text is a BCP 47 tag of a language there is, such as en or pt-BR."""
    try:
        Locale.parse(text, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True


def unreadable(text: str, *, lines: bool) -> bool:
    """Whether a text holds what nobody types and no page shows: control characters, or halves of a pair.

    Line breaks and tabs are readable where a text has ``lines``.
    """
    readable = "\n\r\t" if lines else ""
    return any(unicodedata.category(one) in ("Cc", "Cs") and one not in readable for one in text)
