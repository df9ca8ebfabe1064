"""Which of two instants a time in the repeated hour of autumn means, decided by the order of the file.

Where the whole file runs forward in time, it was written as things happened, so any row may tell that the second
round of the hour has begun. Where it does not (a log grouped by case, say), only the rows of the same case are in
order, and only they may tell. The earlier instant is taken whenever order allows it. A row before both (a late one)
gets the earlier, too.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from engine.conditions.values import Timestamp

Stamp = tuple[Hashable, tuple[Timestamp, ...]]
"""A row in file order: its case, and its instant or its two possible ones."""


def choose(stamps: Iterable[Stamp], forward: bool) -> list[Timestamp]:
    """One instant a row. ``forward`` says that the whole file is in order, as ``runs_forward`` finds."""
    chosen: list[Timestamp] = []
    latest: dict[Hashable, Timestamp] = {}
    for case, instants in stamps:
        line = None if forward else case
        reached = latest.get(line)
        if len(instants) == 2 and reached is not None and instants[0] < reached <= instants[1]:
            instant = instants[1]
        else:
            instant = instants[0]
        chosen.append(instant)
        # A late row does not turn the clock back for those after it.
        latest[line] = instant if reached is None else max(reached, instant)
    return chosen


def runs_forward(stamps: Iterable[Stamp]) -> bool:
    """Whether no row with a certain time is earlier than a row before it."""
    reached: Timestamp | None = None
    for _, instants in stamps:
        if len(instants) == 1:
            if reached is not None and instants[0] < reached:
                return False
            reached = instants[0]
    return True


def settled(certain: list[Timestamp], doubtful: Mapping[int, tuple[Timestamp, ...]], cases: list[Hashable]) -> None:
    """Puts the chosen instants into ``certain`` for the rows that ``doubtful`` names by their position."""
    stamps = [(case, doubtful.get(at, (certain[at],))) for at, case in enumerate(cases)]
    chosen = choose(stamps, runs_forward(stamps))
    for at in doubtful:
        certain[at] = chosen[at]
