"""Signed tokens of the public pages: of a form as it was handed out, and of what was received.

A form's token is the key by which a double submit is one inquiry. A receipt names the inquiry and the zone that its
sender reads times in; it holds for as long as the secret does. Neither says anything of a person.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass

import orjson

SECOND = 1_000_000
"""In microseconds."""
SHORTEST_FILL = 2 * SECOND
LONGEST_FILL = 24 * 3_600 * SECOND
FORM, RECEIPT = "inquiry-form", "inquiry-receipt"
"""The purposes of the keys."""
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class FormToken:
    """``key`` is random, ``issued`` the instant in microseconds at which the form was handed out."""

    key: str
    issued: int

    def too_fast(self, now: int) -> bool:
        """Whether no person fills a form in that time."""
        return now - self.issued < SHORTEST_FILL

    def too_old(self, now: int) -> bool:
        """Whether the form was open for longer than it holds."""
        return now - self.issued > LONGEST_FILL


def new_form(keys: list[bytes], now: int) -> str:
    """The token of a form that is handed out now."""
    return _signed(keys, [secrets.token_hex(16), now])


def read_form(keys: list[bytes], text: str) -> FormToken | None:
    """What a form's token says; None for one that was never given."""
    match _opened(keys, text):
        case [str(key), int(issued)]:
            return FormToken(key, issued)
    return None


def new_receipt(keys: list[bytes], inquiry: str, zone: str) -> str:
    """The token of the page that confirms an inquiry."""
    return _signed(keys, [inquiry, zone])


def read_receipt(keys: list[bytes], text: str) -> tuple[str, str] | None:
    """The inquiry's id and its sender's zone; None for a token that was never given."""
    match _opened(keys, text):
        case [str(inquiry), str(zone)]:
            return inquiry, zone
    return None


def _signed(keys: list[bytes], values: list[str | int]) -> str:
    body = base64.urlsafe_b64encode(orjson.dumps(values)).rstrip(b"=")
    return f"{body.decode()}.{_seal(keys[0], body)}"


def _seal(key: bytes, body: bytes) -> str:
    return hmac.digest(key, body, "sha256").hex()[:32]


def _opened(keys: list[bytes], text: str) -> object:
    body, _, seal = text.partition(".")
    if not text.isascii() or len(text) > _LONGEST:
        return None
    if not any(hmac.compare_digest(_seal(key, body.encode()), seal) for key in keys):
        return None
    return orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
