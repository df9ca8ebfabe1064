"""``virel sla``: why this deadline, span by span."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from app.cli.options import (
    FOUND,
    CannotRun,
    Instant,
    Shared,
    as_option,
    loaded,
    print_json,
    seen_by,
    shared_options,
    tell_unavailable,
)
from engine.conditions.values import Timestamp
from engine.conditions.veil import HIDDEN
from engine.diagnostics import Diagnostic, did_you_mean, one_line
from engine.events.jsonl import UnreadableError, read_events
from engine.simulation import deadline
from engine.simulation.deadline import in_words
from engine.simulation.horizon import TooFarError

MARKS = {"open": "+", "closed": " ", "paused": "‖"}


@click.group()
@shared_options
def sla() -> None:
    """Explain the clocks of SLA policies."""


@sla.command()
@click.option(
    "--events", "file", required=True, type=click.Path(path_type=Path), metavar="FILE", help="What happened, as JSONL."
)
@click.option("--policy", required=True, metavar="ID", help="The SLA policy.")
@click.option("--entity", required=True, metavar="ID", help="The entity whose clock it is.")
@click.option("--at", type=Instant(), metavar="TIME", help="The instant; by default that of the last event.")
@as_option
@shared_options
@click.pass_obj
def explain(shared: Shared, file: Path, policy: str, entity: str, at: Timestamp | None, onlooker: str | None) -> int:
    """Show how a clock stands, and every counted and uncounted span that made it so."""
    catalog = loaded(shared.config)
    roles = seen_by(catalog, onlooker)
    tell_unavailable(catalog)
    if policy not in catalog.policies:
        known = ", ".join(sorted(catalog.policies)) or "none"
        hint = did_you_mean(policy, catalog.policies) or f"the policies are {known}"
        raise CannotRun(f'there is no SLA policy "{policy}"; {hint}')
    broken: list[Diagnostic] = []
    try:
        events = [event for _, event in read_events(file, broken.append)]
    except UnreadableError as error:
        raise CannotRun(f"{file}: {error.diagnostic.message}") from None
    for one in broken:
        click.echo(one_line(f"{one.place.file}:{one.place.line}: skipped: {one.message}"), err=True)
    try:
        answer = deadline.explain(catalog, events, policy, entity, at, roles)
    except TooFarError as problem:
        raise CannotRun(str(problem)) from None
    if shared.format == "json":
        print_json(answer)
    else:
        _print(answer)
    return FOUND if broken else 0


def _print(answer: dict[str, Any]) -> None:
    if answer["clock"] is None:
        click.echo(f"{answer['policy']} has opened no clock on {answer['id']} by {answer['at']}")
        return
    flags = [word for word, on in (("paused", answer["paused"]), ("closed hours", not answer["within_hours"])) if on]
    click.echo(f"{answer['clock']}  {', '.join([answer['state'], *flags])}  at {answer['at']}")
    click.echo(f"  target {answer['target'] or 'none'}, due {answer['due'] or 'open'}, used {in_words(answer['used'])}")
    left = answer["remaining"]
    if left is not None and left is not HIDDEN:
        click.echo(f"  {in_words(left)} left" if left >= 0 else f"  {in_words(-left)} over")
    for line in answer["ledger"]:
        _line(line, "")
    click.echo(f"  = {in_words(answer['used'])} counted")
    for line in answer["ahead"]:
        _line(line, " to come")


def _line(line: dict[str, Any], when: str) -> None:
    days = f"  ({', '.join(line['holidays'])})" if "holidays" in line else ""
    span = in_words(line["seconds"])
    click.echo(f"  {MARKS[line['reason']]} {line['from']} – {line['to']}  {span:>10} {line['reason']}{when}{days}")
