"""What is around every page has no barrier in any of its states."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.app.web.journeys.conftest import Served, Visiting
from tests.app.web.journeys.states.around import AROUND
from tests.app.web.journeys.states.stating import State, barriers_in, reached


@pytest.mark.parametrize("state", AROUND, ids=[one.name for one in AROUND])
def test_no_barrier_when(visit: Visiting, served: Served, barriers: Callable[..., list[str]], state: State):
    found = list(barriers_in(state, reached(state, served, visit), barriers))
    assert not found, f"{len(found)} barriers where {state.name}\n" + "\n".join(found)
