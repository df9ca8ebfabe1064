"""All states, of all rooms."""

from __future__ import annotations

from tests.app.web.journeys.states.around import AROUND
from tests.app.web.journeys.states.doors import FORM, SIGNING_IN
from tests.app.web.journeys.states.money import PAYMENTS
from tests.app.web.journeys.states.people import MODELS, PEOPLE
from tests.app.web.journeys.states.records import BOOKINGS, CLIENTS, INQUIRIES
from tests.app.web.journeys.states.stating import State
from tests.app.web.journeys.states.work import WORK

EVERY: tuple[State, ...] = (
    *WORK,
    *AROUND,
    *INQUIRIES,
    *BOOKINGS,
    *CLIENTS,
    *MODELS,
    *PEOPLE,
    *PAYMENTS,
    *FORM,
    *SIGNING_IN,
)
