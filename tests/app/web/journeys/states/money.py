"""States of payments."""

from __future__ import annotations

from tests.app.web.journeys.states.stating import State, click

PAYMENTS = [
    State("payments by what needs somebody", "/payments", "#records", who="finance"),
    State("no payment fits", "/payments?q=zzzz", "#records .empty", who="finance", locale="ru"),
    State("a payment is noted", "/bookings/{booking[2]}", "#note-payment[open]", (click("#note"),), who="finance"),
    State(
        "a payment is noted, in Russian",
        "/bookings/{booking[2]}",
        "#note-payment[open]",
        (click("#note"),),
        who="finance",
        locale="ru",
    ),
    State("a payment", "/payments/{payment[0]}", "main h1", who="finance"),
    State("a payment, in Russian", "/payments/{payment[1]}", "main h1", who="owner", locale="ru"),
]
