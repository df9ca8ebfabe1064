"""How effects read in a line."""

from __future__ import annotations

from typing import Any

import pytest

from app.report import wording


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            {"channel": "email", "locale": "en", "subject": "Confirmed: VR-1", "body": "Dear A,\n\nyours"},
            "“Confirmed: VR-1”",
        ),
        ({"channel": "sms", "locale": "en", "body": "Virel: VR-1 is confirmed.\nBye"}, "“Virel: VR-1 is confirmed.”"),
        ({"refused": "booking.city has no value"}, "not sent: booking.city has no value"),
    ],
)
def test_a_message_is_told_by_its_first_line(message: dict[str, Any], said: str) -> None:
    keys = {"action": "send_notification", "template": "booking-confirmed", "to": "client", "message": message}
    assert wording.effect(keys).endswith(f" · {said}")
