"""Amounts of money as people type them, in whatever country they learnt to write numbers."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"[\s'’]")
_WRITTEN = r"([-−]?)([0-9]+|[1-9][0-9]{{0,2}}(?:([.,])[0-9]{{3}})(?:\3[0-9]{{3}})*)(?:[.,]([0-9]{{1,{digits}}}))?"
_WHOLE = r"([-−]?)([0-9]+|[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\3[0-9]{3})*)()"


def minor_units(text: str, digits: int) -> int | None:
    """An amount in the smallest units of a currency that has ``digits`` of them; None for what is no amount.

    4,800 and 4.800 and 4 800 are the same, and so are 4.80 and 4,80: a mark before three figures parts thousands, one
    before fewer parts the fraction.
    """
    plain = _SPACES.sub("", unicodedata.normalize("NFKC", text))
    match = re.fullmatch(_WRITTEN.format(digits=digits) if digits else _WHOLE, plain)
    if match is None:
        return None
    whole = int(re.sub(r"[.,]", "", match[2]))
    amount: int = whole * 10**digits + int((match[4] or "").ljust(digits, "0") or 0)
    return -amount if match[1] else amount
