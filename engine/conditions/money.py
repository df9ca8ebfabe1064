"""Money as people write it and as the engine holds it: minor units and an ISO 4217 currency code."""

from __future__ import annotations

import re

_EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
_WRITTEN = re.compile(r"(-?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))? ([A-Z]{3})")


def exponent(currency: str) -> int:
    """How many decimals the currency's minor unit has (ISO 4217, table A.1): 2 for most, 0 for the yen."""
    return _EXPONENTS.get(currency, 2)


def parse_money(text: str) -> dict[str, object]:
    """Reads ``500.00 EUR`` or ``1,500 JPY``. Raises ValueError with a sentence for the author."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not money such as "500.00 EUR"')
    sign, whole, decimals, currency = match.groups()
    digits = exponent(currency)
    if len(decimals or "") > digits:
        shown = f"at most {digits} decimals" if digits else "no decimals"
        raise ValueError(f'"{text}" has more decimals than {currency}: it has {shown}')
    amount = int(whole.replace(",", "") + (decimals or "").ljust(digits, "0"))
    if amount >= 2**63:
        raise ValueError(f'"{text}" is more than the engine can count')
    return {"amount": -amount if sign else amount, "currency": currency}


def money_text(amount: int, currency: str) -> str:
    """``2,000.00 EUR``: the amount in major units with thousands set apart, then the currency."""
    digits = exponent(currency)
    whole, minor = divmod(abs(amount), 10**digits)
    decimals = f".{minor:0{digits}d}" if digits else ""
    return f"{'-' if amount < 0 else ''}{whole:,}{decimals} {currency}"
