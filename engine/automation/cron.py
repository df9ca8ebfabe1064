"""Cron lines: five fields, as the scheduler reads them, and nothing that it would take without a meaning."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

_WIDEST = (60, 24, 31, 12, 7)
"""How many values each field has: minute, hour, day, month, weekday."""


def cron_problem(text: str) -> str | None:
    """What is wrong with a cron line, or None."""
    fields = text.split()
    if len(fields) != len(_WIDEST):
        return f"it has {len(fields)} field{'' if len(fields) == 1 else 's'}"
    try:
        CronSim(text, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        return str(error).lower()
    for field, widest in zip(fields, _WIDEST, strict=True):
        for step in re.findall(r"/(\d+)", field):
            if int(step) >= widest:
                return f'"{field}" never comes to its second step'
    return None
