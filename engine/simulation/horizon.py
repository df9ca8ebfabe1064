"""How far beyond the last event a simulation may be asked to go on: schedules tick until then, and every tick costs."""

from __future__ import annotations

from engine.conditions.values import Timestamp

YEARS = 10
FARTHEST = YEARS * 366 * 86_400 * 1_000_000_000
"""In nanoseconds."""


class TooFarError(ValueError):
    """The instant asked for is so far beyond the last event that nobody would wait for it."""


def within_reach(last: Timestamp | None, at: Timestamp) -> None:
    """Raises TooFarError where ``at`` is more than ten years after the last event."""
    if last is not None and at - last > FARTHEST:
        raise TooFarError(
            f"{at.text()} is more than {YEARS} years after the last event ({last.text()}): name an earlier instant"
        )
