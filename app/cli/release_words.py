"""How ``virel release`` says what it found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from engine.diagnostics import one_line

if TYPE_CHECKING:
    from app.records.releases import Release
    from engine.catalog import Catalog
    from engine.releases.difference import Difference, DocumentDifference
    from engine.releases.migration import Migration, Vanishing
    from engine.releases.pending import Fate

SHOWN = 20
_SIGNS = {"added": "+", "removed": "-", "changed": "~", "rewritten": "=", "broken": "!"}
_SAID = {
    "rewritten": "written anew, and means the same",
    "broken": "has mistakes; `virel check` says which",
}


def release_line(one: Release, files: list[str], *, live: bool) -> str:
    """A release in a list."""
    day, clock = one.published_at.text()[:16].split("T")
    what = f"{len(files)} file{'' if len(files) == 1 else 's'}"
    back = f", brings back {one.restores}" if one.restores is not None else ""
    return f"{'*' if live else ' '} {one.number:>4}  {day} {clock}  {one_line(one.author)}: {one_line(one.message)}  ({what}{back}) {one.hash[:12]}"


def published_line(one: Release) -> str:
    """A release that has just been made."""
    back = f", which brings back release {one.restores}" if one.restores is not None else ""
    return f"release {one.number} is live{back}: {one_line(one.message)} ({one_line(one.author)})"


def cost_lines(one: Release) -> Iterator[str]:
    """The static cost of a release, and what else it notes."""
    costs: dict[str, int] = one.notes.get("cost", {})
    if costs:
        dearest = max(costs, key=lambda id: (costs[id], id))
        yield (
            f"  cost: at most {sum(costs.values()):,} steps for {len(costs)} rule{'' if len(costs) == 1 else 's'}, "
            f"the dearest {dearest} with {costs[dearest]:,}"
        )
    yield f"  hash: {one.hash}"
    if one.notes.get("tzdata"):
        yield f"  time zones: tzdata {one.notes['tzdata']}"


def cost_of(kind: str, id: str, catalog: Catalog | None) -> int | None:
    """The static cost of a rule in a catalog; None for anything else."""
    from engine.releases.notes import cost_of_rule

    rule = catalog.rules.get(id) if catalog is not None and kind == "rule" else None
    return cost_of_rule(rule) if rule is not None else None


def document_json(one: DocumentDifference, old: Catalog | None, new: Catalog | None) -> dict[str, object]:
    """A document that differs, with the cost of a rule before and after."""
    costs = [cost_of(one.kind, one.id, old), cost_of(one.kind, one.id, new)]
    return {**one.as_json(), **({"cost": costs} if costs != [None, None] else {})}


def difference_lines(found: Difference, old: Catalog | None, new: Catalog | None, *, text: bool) -> Iterator[str]:
    """Each document that differs, with a line for each change; many new documents are only counted."""
    added = found.of("added")
    for one in found.documents:
        if one.status == "added" and len(added) > SHOWN:
            continue
        yield f"{_SIGNS[one.status]} {one_line(one.file)}{_versions(one)}{_cost(one, old, new)}{_said(one, old, new)}"
        yield from (f"    {change.says}" for change in one.changes if change.pointer != "/version")
        if text:
            yield from (f"    {line}" for line in one.text.splitlines())
    if len(added) > SHOWN:
        yield f"+ {len(added)} documents"


def on_change(changed: Iterable[tuple[str, str]], old: Catalog | None, new: Catalog | None) -> dict[str, str]:
    """For each rule that changes or goes and existed before: the fate of what it waits for."""
    said: dict[str, str] = {}
    for kind, id in sorted(changed):
        before = old.rules.get(id) if old is not None else None
        if kind == "rule" and before is not None:
            after = new.rules.get(id) if new is not None else None
            said[id] = (after or before).text.on_change
    return said


def vanishing_lines(lost: Vanishing, rows: Mapping[str, Mapping[str, str]], plan: Migration) -> Iterator[str]:
    """The states and machines that would be no more, and how many live entities stand there."""
    for machine, states in lost.states.items():
        for state in states:
            number = sum(1 for status in rows.get(machine, {}).values() if status == state)
            target = plan.get(machine, {}).get(state)
            then = f"to move to {target}" if target is not None else "to be moved with --migrate"
            yield f"! {machine} loses {state}: {_entities(number)}{f', {then}' if number else ''}"
    for machine in lost.machines:
        yield f"! the machine {machine} goes: {_entities(len(rows.get(machine, {})))}"


def _entities(number: int) -> str:
    return f"{number:,} entit{'y stands' if number == 1 else 'ies stand'} there" if number else "nothing stands there"


def fate_lines(fates: list[Fate] | None) -> Iterator[str]:
    """What becomes of what rules wait for."""
    if fates is None:
        return
    told = [one for one in fates if one.outcome != "unchanged"]
    yield f"waiting: {len(fates):,}, of which {len(told):,} belong{'s' if len(told) == 1 else ''} to rules that change"
    for one in told[:SHOWN]:
        waits = one.pending
        action = f" {waits.action}" if waits.action else ""
        yield f"  {one.outcome}: {waits.kind} of {waits.rule}{action} for {waits.machine}/{waits.entity}, due {one.due.text()} ({one.why})"
    if len(told) > SHOWN:
        yield f"  and {len(told) - SHOWN:,} more"


def _versions(one: DocumentDifference) -> str:
    before, after = one.versions
    if before == after or before is None or after is None:
        version = after if after is not None else before
        return f"  version {version}" if version is not None else ""
    return f"  version {before} → {after}"


def _cost(one: DocumentDifference, old: Catalog | None, new: Catalog | None) -> str:
    before, after = cost_of(one.kind, one.id, old), cost_of(one.kind, one.id, new)
    if after is None:
        return ""
    return f"  cost {after}" if before in (None, after) else f"  cost {before} → {after}"


def _said(one: DocumentDifference, old: Catalog | None, new: Catalog | None) -> str:
    if one.status in _SAID:
        return f"  {_SAID[one.status]}"
    fate = on_change([(one.kind, one.id)], old, new).get(one.id) if one.kind == "rule" else None
    words = {"recheck": "judged again", "finish": "done as promised", "cancel": "cancelled"}
    return (
        f"  (what waits is {words[fate]})"
        if fate is not None and any(c.pointer != "/version" for c in one.changes)
        else ""
    )
