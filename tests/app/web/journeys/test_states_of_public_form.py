"""The pages of public_form have no barrier in any of their states."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.app.web.journeys.conftest import Served, Visiting
from tests.app.web.journeys.states.doors import FORM
from tests.app.web.journeys.states.stating import State, barriers_in, reached


@pytest.mark.parametrize("state", FORM, ids=[one.name for one in FORM])
def test_no_barrier_when(visit: Visiting, served: Served, barriers: Callable[..., list[str]], state: State):
    found = list(barriers_in(state, reached(state, served, visit), barriers))
    assert not found, f"{len(found)} barriers where {state.name}\n" + "\n".join(found)
