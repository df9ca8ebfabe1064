"""``virel backtest``: a recorded log under one version of the documents, or under two with their difference."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from app.cli.migration import migration
from app.cli.options import (
    FOUND,
    CannotRun,
    Instant,
    Shared,
    in_words,
    loaded,
    print_json,
    shared_options,
    tell_unavailable,
)
from engine.catalog import Catalog
from engine.conditions.values import Timestamp
from engine.events.jsonl import UnreadableError
from engine.releases.migration import Migration
from engine.simulation import backtest as backtests
from engine.simulation.horizon import TooFarError


@click.command()
@click.option(
    "--events", "file", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The log, as JSONL."
)
@click.option("--against", type=click.Path(path_type=Path), metavar="DIR", help="The baseline; --config is the draft.")
@click.option(
    "--migrate",
    metavar="FILE_OR_JSON",
    help='What the draft calls states of the baseline that it lacks: {"old": "new"} or {"machine": {"old": "new"}}.',
)
@click.option("--until", type=Instant(), metavar="TIME", help="The end of the replay; by default the last event.")
@shared_options
@click.pass_obj
def backtest(shared: Shared, file: Path, against: Path | None, migrate: str | None, until: Timestamp | None) -> int:
    """Replay a log: what rules would have done, and with --against what a change would have changed."""
    catalog = loaded(shared.config)
    baseline = loaded(against) if against is not None else None
    for one in (catalog, baseline):
        if one is not None:
            tell_unavailable(one)
    plan = _plan(catalog, baseline, migrate)
    try:
        answer = backtests.run(catalog, file, baseline, until=until, progress=_progress(), migrate=plan)
    except UnreadableError as error:
        raise CannotRun(f"{file}: {error.diagnostic.message}") from None
    except TooFarError as problem:
        raise CannotRun(str(problem)) from None
    finally:
        if sys.stderr.isatty():
            click.echo("\r\x1b[K", nl=False, err=True)
    if shared.format == "json":
        print_json(answer)
    else:
        _print(answer, baseline is not None)
    for item in answer["skipped"][:20]:
        click.echo(f"{file}:{item['line']}: skipped: {item['reason']}", err=True)
    if len(answer["skipped"]) > 20:
        click.echo(f"{file}: {len(answer['skipped']) - 20} more lines skipped", err=True)
    broken = bool(catalog.unavailable) or (baseline is not None and bool(baseline.unavailable))
    return FOUND if answer["skipped"] or broken else 0


def _plan(catalog: Catalog, baseline: Catalog | None, migrate: str | None) -> Migration:
    """What the draft calls the states that it lacks; says which of them nobody has named."""
    from engine.releases.migration import vanishing

    if baseline is None:
        if migrate is not None:
            raise CannotRun("--migrate says what states of the baseline are called now: name that with --against DIR")
        return {}
    lost = vanishing(baseline.machines, catalog.machines)
    plan = migration(migrate, lost, catalog.machines) if migrate is not None else {}
    for machine, states in lost.states.items():
        unnamed = [state for state in states if state not in plan.get(machine, {})]
        if unnamed:
            click.echo(
                f"virel: the draft's {machine} has no {', '.join(unnamed)}: what the log tells of "
                f"{'it' if len(unnamed) == 1 else 'them'} has diverged there, unless --migrate says what to call it",
                err=True,
            )
    return plan


def _progress() -> Any:
    if not sys.stderr.isatty():
        return None

    def show(lines: int) -> None:
        click.echo(f"\r{lines:,} events", nl=False, err=True)

    return show


def _print(answer: dict[str, Any], compared: bool) -> None:
    click.echo(f"{answer['events']:,} events")
    for id, machine in answer["machines"].items():
        moves = sum(machine["transitions"].values())
        click.echo(
            f"  {id}: {machine['entities']:,} entities, {moves:,} moves, {machine['refused']:,} refused, "
            f"{machine['diverged']:,} diverged"
        )
    for id, states in answer["sla"].items():
        click.echo(f"  sla {id}: " + ", ".join(f"{count:,} {state}" for state, count in states.items()))
    if answer["rules"]:
        width = max(map(len, answer["rules"]))
        click.echo(f"  {'rule':<{width}}  {'met':>9} {'unmet':>9} {'errored':>9} {'fired':>9} {'effects':>9}")
        for id, rule in answer["rules"].items():
            numbers = " ".join(f"{rule[key]:>9,}" for key in ("met", "unmet", "errored", "fired", "effects"))
            click.echo(f"  {id:<{width}}  {numbers}")
    click.echo(f"  due after the end: {answer['pending_at_end']:,}")
    if "fidelity" in answer:
        found = answer["fidelity"]
        click.echo(f"  fidelity: {found['share']:.2%} of {found['recorded']:,} recorded consequences came about again")
    if compared:
        diff = answer["diff"]
        click.echo(
            f"effects: {len(diff['added'])} added, {len(diff['removed'])} removed, {len(diff['changed'])} changed"
        )
        for sign, key in (("+", "added"), ("-", "removed")):
            for effect in diff[key][:20]:
                click.echo(f"  {sign} {_effect(effect)}")
        for pair in diff["changed"][:20]:
            click.echo(f"  ~ {_effect(pair['before'])}")
            click.echo(f"    {_effect(pair['after'])}")


def _effect(effect: dict[str, Any]) -> str:
    keys = ", ".join(f"{k}: {in_words(v)}" for k, v in effect.items() if k not in ("action", "rule", "root", "at"))
    return f"{effect['at']}  {effect['rule']}  {effect['action']}  {keys}"
