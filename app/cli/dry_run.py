"""``virel dry-run``: one event against every rule bound to it, nothing kept."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

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
from engine.diagnostics import Diagnostic, one_line
from engine.events.envelope import WireEvent
from engine.events.jsonl import UnreadableError, read_event, read_events
from engine.simulation import dryrun
from engine.simulation.horizon import TooFarError

MARKS = {"met": "●", "unmet": "○", "errored": "▲"}


@click.command("dry-run")
@click.option("--event", "file", required=True, metavar="FILE", help="The event as JSON; - for standard input.")
@click.option(
    "--history", type=click.Path(path_type=Path), metavar="FILE", help="Events that happened before, as JSONL."
)
@as_option
@shared_options
@click.pass_obj
def dry_run(shared: Shared, file: str, history: Path | None, onlooker: str | None) -> int:
    """Show what one event would set off: every rule, every condition, every effect.

    Exit status 1 when the event, or a line of the history, cannot be understood.
    """
    catalog = loaded(shared.config)
    roles = seen_by(catalog, onlooker)
    event = _event(file)
    broken: list[Diagnostic] = []
    past = _history(history, broken.append) if history is not None else None
    try:
        answer = dryrun.explain(catalog, event, past, roles)
    except TooFarError as problem:
        raise CannotRun(str(problem)) from None
    for one in broken:
        click.echo(one_line(f"{one.place.file}:{one.place.line}: skipped: {one.message}"), err=True)
    tell_unavailable(catalog)
    if shared.format == "json":
        print_json(answer)
    else:
        _print(answer)
    return FOUND if broken or answer["event"]["outcome"] == "skipped" else 0


def _event(file: str) -> WireEvent:
    found: list[Diagnostic] = []
    try:
        text = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise CannotRun(f"{file}: {error.strerror}") from None
    if not text.strip():
        raise CannotRun(f"{file}: there is no event in it; give one event as a JSON object")
    event = read_event(text, found.append, file=file)
    if event is None:
        raise CannotRun(f"{file}: {found[0].message}" + (f"; {found[0].hint}" if found[0].hint else ""))
    return event


def _history(path: Path, report: Callable[[Diagnostic], None]) -> list[WireEvent]:
    try:
        return [event for _, event in read_events(path, report)]
    except UnreadableError as error:
        raise CannotRun(f"{path}: {error.diagnostic.message}") from None


def _print(answer: dict[str, Any]) -> None:
    for part in (answer, *answer.get("follow_ups", ())):
        event = part["event"]
        click.echo(f"{event['type']} {event.get('subject', '')}".rstrip())
        if event.get("outcome", "applied") != "applied":
            click.echo(f"  {event['outcome']}: {event.get('reason', '')}")
        if not part["rules"]:
            click.echo("  no rule waits for this event")
        for rule in part["rules"]:
            stage = f" ({rule['stage']})" if "stage" in rule else ""
            click.echo(f"  {MARKS[rule['verdict']]} {rule['verdict']}  {rule['rule']}@{rule['version']}{stage}")
            for line in rule["conditions"]:
                values = ", ".join(f"{leaf} is {fact(value)}" for leaf, value in line["values"].items())
                click.echo(f"      {MARKS[line['verdict']]} {line['expression']}")
                click.echo(f"        {line['file']}:{line['line']}  {line.get('error') or values}")
            for effect in rule["effects"]:
                keys = ", ".join(
                    f"{k}: {in_words(v)}" for k, v in effect.items() if k not in ("action", "rule", "root", "message")
                )
                click.echo(f"      → {effect['action']}  {keys}")
                if "message" in effect:
                    _print_message(effect["message"])
            if "failed" in rule:
                click.echo(f"      ✗ {rule['failed']}")
        click.echo()


def _print_message(message: dict[str, Any]) -> None:
    if "refused" in message:
        click.echo(f"          not sent: {message['refused']}")
        return
    click.echo(f"          {message['channel']}, {message['locale']}")
    for line in (*([message["subject"], ""] if "subject" in message else ()), *message["body"].rstrip().split("\n")):
        click.echo(f"          | {line}".rstrip())
