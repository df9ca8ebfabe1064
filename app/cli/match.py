"""``virel match``: who fits, best first, and why not the others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.facts import facts_options, known
from app.cli.options import (
    FOUND,
    CannotRun,
    Shared,
    as_option,
    fact,
    in_words,
    loaded,
    print_json,
    seen_by,
    shared_options,
    tell_unavailable,
)
from engine.conditions.veil import HIDDEN
from engine.diagnostics import did_you_mean

if TYPE_CHECKING:
    from engine.conditions.values import Timestamp
    from engine.matching.change import Change
    from engine.matching.rank import Included, Ranking

_WORDS = {
    "==": "be",
    "!=": "be other than",
    "<": "be less than",
    "<=": "be at most",
    ">": "be more than",
    ">=": "be at least",
    "in": "be one of",
    "not in": "be none of",
    "contains": "contain",
}
_MARKS = {"met": "●", "unmet": "○", "errored": "▲"}
_UNTOLD = "·"


@click.command()
@click.argument("matching")
@click.option("--for", "entity", required=True, metavar="ID", help="The entity that needs something.")
@facts_options
@as_option
@shared_options
@click.pass_obj
def match(
    shared: Shared,
    matching: str,
    entity: str,
    events: Path | None,
    facts: Path | None,
    at: Timestamp | None,
    onlooker: str | None,
) -> int:
    """Rank the candidates of MATCHING for one entity, with every reason.

    Exit status 1 when a line of the events cannot be understood.
    """
    from engine.access.sight import Sight
    from engine.matching.rank import rank
    from engine.matching.veil import veiled
    from engine.simulation.events import NOBODY

    catalog = loaded(shared.config)
    roles = seen_by(catalog, onlooker)
    tell_unavailable(catalog)
    found = catalog.matchings.get(matching)
    if found is None:
        ids = list(catalog.matchings)
        hint = did_you_mean(matching, ids) or ("there are " + ", ".join(ids) if ids else "there is none")
        raise CannotRun(f'no matching is called "{matching}"; {hint}')
    simulation, whole = known(catalog, events, facts, at)
    tables = simulation.world.tables
    record = tables[found.entity].get(entity)
    if record is None:
        raise CannotRun(f'there is no {found.entity} "{entity}" at {simulation.now.text()}')
    ranking = rank(found, record, tables[found.candidates].values(), simulation.now, NOBODY, simulation.world)
    if roles is not None:
        ranking = veiled(ranking, Sight(roles))
    if shared.format == "json":
        print_json({**ranking.as_json(), "at": simulation.now.text()})
    else:
        _print(ranking, simulation.now)
    return 0 if whole else FOUND


def _print(ranking: Ranking, at: Timestamp) -> None:
    shown = ranking.shown
    click.echo(f"{ranking.matching.id} for {ranking.entity} at {at.text()}")
    click.echo(f"{len(ranking.included)} of {len(ranking.included) + len(ranking.excluded)} fit")
    for place, one in enumerate(shown, start=1):
        click.echo(f"\n{place:>3}. {one.id}  {_number(one.score) if one.told else HIDDEN}")
        _print_terms(one)
    if len(ranking.included) > len(shown):
        click.echo(f"\n     and {len(ranking.included) - len(shown)} more")
    for out in ranking.excluded:
        click.echo(f"\n  ✗  {out.id}")
        for failed in out.failed:
            click.echo(f"       {_MARKS[failed.verdict] if failed.told else _UNTOLD} {failed.otherwise}")
            for line in failed.lines:
                if line.verdict != "met" or len(failed.lines) == 1:
                    click.echo(f"           {line.expression}")
                    click.echo(f"           {line.place.file}:{line.place.line}  {line.error or _values(line.values)}")
        click.echo(f"       = {_change(out.change)}")


def _print_terms(one: Included) -> None:
    for term in one.terms:
        sign = "+" if term.points >= 0 and term.told else ""
        points = _number(term.points) if term.told else HIDDEN
        told = term.error or _values(term.values)
        mark = _MARKS[term.verdict] if term.told else _UNTOLD
        click.echo(f"       {mark} {sign}{points}  {term.because}" + (f"  ({told})" if told else ""))


def _number(points: float) -> str:
    return f"{points:g}" if isinstance(points, float) else str(points)


def _values(values: object) -> str:
    assert isinstance(values, dict)
    return ", ".join(f"{name} is {fact(value)}" for name, value in values.items())


def _change(change: Change | None) -> str:
    if change is None:
        return "no single change would admit it"
    if change.fact is HIDDEN:
        return HIDDEN
    wanted = change.wanted
    listed = (
        ", ".join(map(in_words, wanted))
        if change.relation in ("in", "not in") and isinstance(wanted, list)
        else in_words(wanted)
    )
    return f"{change.fact} would have to {_WORDS[change.relation]} {listed}"
