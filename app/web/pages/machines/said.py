"""Where an entity stands, for whoever does not look at the picture: in words, and as a bar of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.web.pages.machines.standing import Standing
from app.web.wording.language import gettext as _
from app.web.wording.words import word


@dataclass(frozen=True, slots=True)
class Bar:
    """The main way as steps, for a narrow screen: past, now or ahead, and where one is."""

    looks: tuple[str, ...]
    text: str


def in_words(standing: Standing) -> str:
    """The whole picture in words."""
    kind = standing.machine.id
    way = ", ".join(word("state", step.state, kind) for step in standing.steps)
    parts = [_("Path so far: %(states)s.") % {"states": way}]
    allowed = ", ".join(word("move", move.name, kind) for move in standing.moves if not move.refused)
    if allowed:
        parts.append(_("Next allowed: %(moves)s.") % {"moves": allowed})
    parts += [move.refused for move in standing.moves if move.refused]
    if standing.machine.states[standing.state].final:
        parts.append(_("This is where it ends."))
    return " ".join(parts)


def bar_of(standing: Standing, main: Sequence[str]) -> Bar:
    """The main way as steps. Whoever has left it stands behind the last of its states that they were in."""
    visited = {step.state for step in standing.steps}
    state = word("state", standing.state, standing.machine.id)
    if standing.state in main:
        at = main.index(standing.state)
        text = _("Step %(number)d of %(all)d: %(state)s.") % {"number": at + 1, "all": len(main), "state": state}
        now = "now"
    else:
        at = max((place for place, one in enumerate(main) if one in visited), default=0)
        text = _("Left the way after step %(number)d of %(all)d: %(state)s.") % {
            "number": at + 1,
            "all": len(main),
            "state": state,
        }
        now = "left"
    looks = tuple("past" if one in visited and n < at else now if n == at else "" for n, one in enumerate(main))
    return Bar(looks, text)
