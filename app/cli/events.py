"""``virel events``: foreign logs become events, and events move between files and the store."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.options import (
    COULD_NOT_RUN,
    FOUND,
    CannotRun,
    Shared,
    loaded,
    print_json,
    shared_options,
    tell_unavailable,
)
from engine.diagnostics import Diagnostic, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.records.events import EventStore
    from engine.conditions.values import Timestamp
    from engine.importing.gather import Progress
    from engine.importing.model import ImportMapping
    from engine.importing.run import Account
    from engine.machines.model import Machine
    from engine.reading.source import Source

SHOWN = 10
_STORE = click.option(
    "--store", "url", metavar="URL", required=True, help="The event store: sqlite:///virel.db or postgresql://…"
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
@shared_options
def events() -> None:
    """Import foreign logs, and move events between files and the store."""


@events.command("import")
@click.argument("log", metavar="FILE", type=_FILE)
@click.option("--mapping", required=True, type=_FILE, help="The document that says what the log's rows mean.")
@click.option("-o", "--output", required=True, type=_OUTPUT, help="The file of events to write (.jsonl or .jsonl.gz).")
@shared_options
@click.pass_obj
def import_(shared: Shared, log: Path, mapping: Path, output: Path) -> int:
    """Make events of a foreign log: CSV, XES or JSON Lines, plain or gzipped.

    Rows that make no event are skipped, each with its reason; then the exit code is 1.
    """
    from engine.events.jsonl import writing
    from engine.importing.rows import UnreadableLogError
    from engine.importing.run import import_log

    if output.exists() and any(output.samefile(one) for one in (log, mapping)):
        raise CannotRun(f"{output} is what the import reads; choose another file with -o")
    catalog = loaded(shared.config)
    tell_unavailable(catalog)
    source, checked = _mapping(mapping, catalog.machines, shared)
    try:
        with _progress(f"Importing {log.name}") as progress, writing(output) as write:
            account = import_log(log, checked, write, progress=progress)
    except UnreadableLogError as error:
        return _refuse(error.diagnostics, source, shared)
    except OSError as error:
        raise CannotRun(f"{error.filename or output}: {error.strerror or error}") from error
    if shared.format == "json":
        print_json(account.as_json())
    else:
        _tell(account, output)
    return FOUND if account.skipped else 0


@events.command()
@click.argument("file", type=_FILE)
@_STORE
@shared_options
@click.pass_obj
def append(shared: Shared, file: Path, url: str) -> int:
    """Keep the events of a file in the store. Events that are there already are left alone."""
    from engine.events.jsonl import UnreadableError, read_events

    found: list[Diagnostic] = []
    try:
        with _store(url) as store:
            appended = store.append(event for _, event in read_events(file, found.append))
    except UnreadableError as error:
        return _refuse([error.diagnostic], None, shared)
    skipped = [{"line": one.place.line, "code": one.code, "reason": one.message} for one in found]
    if shared.format == "json":
        print_json({"added": appended.added, "known": appended.known, "skipped": skipped})
    else:
        click.echo(f"{appended.added:,} events stored, {appended.known:,} were known already")
        for one in found:
            click.echo(render(one, None), err=True)
    return FOUND if any(one.severity == "error" for one in found) else 0


@events.command()
@_STORE
@click.option("-o", "--output", type=_OUTPUT, help="The file to write; without it, events go to the terminal.")
@click.option("--entity", metavar="MACHINE[/ID]", help="Only events of this machine, or of this one entity.")
@click.option("--root", metavar="ID", help="Only the event with this id and what followed from it.")
@click.option("--since", metavar="TIME", help="Only events at or after this time.")
@click.option("--until", metavar="TIME", help="Only events before this time.")
@shared_options
@click.pass_obj
def export(
    shared: Shared,
    url: str,
    output: Path | None,
    entity: str | None,
    root: str | None,
    since: str | None,
    until: str | None,
) -> int:
    """Write stored events as JSON Lines, in the order in which they were stored."""
    from engine.events.envelope import encode
    from engine.events.jsonl import write_events

    machine, _, subject = (entity or "").partition("/")
    bounds = (_time(since, "--since"), _time(until, "--until"))
    with _store(url, reading=True) as store:
        found = (
            event
            for _, event in store.read(
                machine=machine or None, subject=subject or None, root=root, since=bounds[0], until=bounds[1]
            )
        )
        if output is None:
            for event in found:
                click.echo(encode(event))
            return 0
        try:
            count = write_events(output, found)
        except OSError as error:
            raise CannotRun(f"{error.filename or output}: {error.strerror or error}") from error
    if shared.format == "json":
        print_json({"events": count})
    else:
        click.echo(f"{count:,} events written to {output}")
    return 0


def _mapping(path: Path, machines: Mapping[str, Machine], shared: Shared) -> tuple[Source, ImportMapping]:
    """The mapping's text and what it means; warnings are shown, errors end the command."""
    from engine.importing.parse import parse_mapping
    from engine.reading.read import source_from_bytes

    try:
        source, problem = source_from_bytes(str(path), path.read_bytes())
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror or error}") from error
    found = [problem] if problem else []
    mapping = parse_mapping(source, machines, found.append)
    if mapping is None or problem:
        raise SystemExit(_refuse(found, source, shared))
    for one in found:
        click.echo(render(one, source.line(one.place.line)), err=True)
    return source, mapping


def _refuse(found: list[Diagnostic], source: Source | None, shared: Shared) -> int:
    """Shows what keeps the command from running; the exit status that says so."""
    if shared.format == "json":
        print_json({"diagnostics": [one.as_json() for one in found]})
        return COULD_NOT_RUN
    for one in found:
        at_mapping = source is not None and one.place.file == source.file
        click.echo(render(one, source.line(one.place.line) if source and at_mapping else None), err=True)
    return COULD_NOT_RUN


def _tell(account: Account, output: Path) -> None:
    cases = ", ".join(f"{count:,} {machine}" for machine, count in account.entities.items())
    click.echo(f"{account.rows:,} rows: {account.events:,} events of {cases}, written to {output}")
    if not account.skipped:
        return
    click.echo(f"{len(account.skipped):,} rows were skipped:")
    for skip in account.skipped[:SHOWN]:
        click.echo(f"  line {skip.line}: {skip.reason.code}: {skip.reason.text}")
    if len(account.skipped) > SHOWN:
        codes = Counter(skip.reason.code for skip in account.skipped)
        click.echo(f"  and more, in all: {', '.join(f'{code} {count:,}' for code, count in sorted(codes.items()))}")


@contextmanager
def _progress(label: str) -> Iterator[Progress | None]:
    """A bar on the terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield progress


@contextmanager
def _store(url: str, *, reading: bool = False) -> Iterator[EventStore]:
    from app.records.database import StoreError
    from app.records.events import EventStore

    try:
        store = EventStore.open(url, reading=reading)
        try:
            yield store
        finally:
            store.close()
    except StoreError as error:
        raise CannotRun(str(error)) from error


def _time(text: str | None, option: str) -> Timestamp | None:
    from engine.conditions.values import Timestamp

    if text is None:
        return None
    try:
        return Timestamp.parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from error
