"""What scenarios exercise: rules met, transitions taken, conditions seen with both outcomes."""

from __future__ import annotations

from typing import Any

from engine.automation.model import Bound
from engine.catalog import Catalog

Outcome = tuple[str, int, int, str]


def verdicts(bound: Bound, frame: tuple[Any, ...]) -> tuple[str, list[Outcome]]:
    """The verdict on a rule, and the outcome of each of its lines."""
    if bound.condition is None:
        return "met", []
    explained = bound.condition.explain(*frame)
    places = [(line.place, line.verdict) for line in explained.lines]
    return explained.verdict, [(place.file, place.line, place.column, verdict) for place, verdict in places]


class Coverage:
    """Gathered over many scenarios of one catalog; conditions are the lines of rules, each to be met and unmet."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._rules: set[str] = set()
        self._moves: set[tuple[str, str]] = set()
        self._lines: set[Outcome] = set()

    def judged(self, rule: str, verdict: str, lines: list[Outcome]) -> None:
        """Notes the verdict on a rule and the outcome of each of its lines."""
        self._lines.update(lines)
        if verdict == "met":
            self._rules.add(rule)

    def moved(self, machine: str, transition: str) -> None:
        """Notes that a transition was taken."""
        self._moves.add((machine, transition))

    def missing(self) -> dict[str, list[str]]:
        """What no scenario exercises, in words."""
        rules = [id for id in self._wanted_rules() if id not in self._rules]
        moves = [f"{m} {t}" for m, t in self._wanted_moves() if (m, t) not in self._moves]
        lines = [
            f"{file}:{line}:{column} never {verdict}"
            for file, line, column, verdict in self._wanted_lines()
            if (file, line, column, verdict) not in self._lines
        ]
        return {"rules": rules, "transitions": moves, "conditions": lines}

    def as_json(self) -> dict[str, float]:
        """Shares from 0 to 1; what is not there counts as covered."""
        missing = self.missing()
        return {
            "rules": _share(len(self._wanted_rules()), len(missing["rules"])),
            "transitions": _share(len(self._wanted_moves()), len(missing["transitions"])),
            "conditions": _share(len(self._wanted_lines()), len(missing["conditions"])),
        }

    def _wanted_rules(self) -> list[str]:
        return sorted(rule.id for rule in self._catalog.rules.values() if rule.text.stage != "off")

    def _wanted_moves(self) -> list[tuple[str, str]]:
        return [(m.id, t) for m in self._catalog.machines.values() if not m.builtin for t in m.transitions]

    def _wanted_lines(self) -> list[Outcome]:
        wanted: set[Outcome] = set()
        for rule in self._catalog.rules.values():
            if rule.text.stage == "off":
                continue
            for bound in rule.bound.values():
                if bound.condition is not None:
                    for line in bound.condition.lines:
                        place = (line.place.file, line.place.line, line.place.column)
                        wanted |= {(*place, "met"), (*place, "unmet")}
        return sorted(wanted)


def _share(wanted: int, missing: int) -> float:
    return 1.0 if not wanted else round((wanted - missing) / wanted, 4)
