"""``virel release``: publish the folder's documents, see what differs, go back to an earlier release."""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from app.cli import release_words as words
from app.cli.migration import migration, migration_source
from app.cli.options import FOUND, CannotRun, Shared, print_json, shared_options
from engine.diagnostics import one_line, render

if TYPE_CHECKING:
    from app.publishing.publish import Published, RefusedError, Signature
    from app.records.releases import Releases, ReleaseStore
    from engine.releases.content import ReleaseContent
    from engine.releases.draft import Terms
    from engine.releases.migration import Migration

Command = TypeVar("Command", bound=Callable[..., Any])
_STORE = click.option(
    "--store", "url", metavar="URL_OR_PATH", help="Where releases are kept; by default var/virel.db in the folder."
)


@click.group()
@shared_options
def release() -> None:
    """Numbered, immutable sets of documents, of which one is live."""


def _signed(command: Command) -> Command:
    """The options of whoever publishes."""
    for option in reversed(
        (
            click.option("--message", required=True, metavar="TEXT", help="Why, in one sentence."),
            click.option("--author", metavar="NAME", help="Who; by default VIREL_AUTHOR, or the name of the login."),
            click.option(
                "--as", "holding", metavar="ROLES", help="The author's roles (A,B): refuse rules that may do more."
            ),
            click.option(
                "--migrate",
                metavar="FILE_OR_JSON",
                help='Where entities go whose state vanishes: {"old": "new"} or {"machine": {"old": "new"}}.',
            ),
            click.option(
                "--base",
                type=click.IntRange(min=0),
                metavar="N",
                help="The release this began from; refused where another was published since.",
            ),
            _STORE,
        )
    ):
        command = option(command)
    return command


@release.command("list")
@_STORE
@shared_options
@click.pass_obj
def list_(shared: Shared, url: str | None) -> int:
    """Every release, the live one first."""
    with _reading(shared, url) as releases:
        found = list(reversed(releases.all())) if releases is not None else []
        files = {one.number: releases.changed_files(one.number) for one in found} if releases is not None else {}
    live = found[0].number if found else None
    if shared.format == "json":
        listed = [{**one.as_json(), "live": one.number == live, "files": files[one.number]} for one in found]
        print_json({"live": live, "releases": listed})
    else:
        for one in found:
            click.echo(words.release_line(one, files[one.number], live=one.number == live))
        if not found:
            click.echo("nothing has been published yet")
    return 0


@release.command()
@click.argument("numbers", metavar="[A] [B]", nargs=-1, type=click.IntRange(min=0))
@click.option("--text", "text", is_flag=True, help="Show the lines of text that differ, too.")
@click.option("--migrate", metavar="FILE_OR_JSON", help="Judge with this migration what would become of what waits.")
@click.option("--pending", is_flag=True, help="Replay the stored events and list what becomes of what rules wait for.")
@_STORE
@shared_options
@click.pass_obj
def diff(
    shared: Shared, numbers: tuple[int, ...], url: str | None, text: bool, pending: bool, migrate: str | None
) -> int:
    """What differs, by meaning: from the live release to the folder, from release A to the folder, or from A to B."""
    from engine.reading.folder import FolderError
    from engine.releases.content import EMPTY, content_of
    from engine.releases.difference import difference
    from engine.releases.migration import vanishing

    if len(numbers) > 2:
        raise click.UsageError("Name at most two releases.")
    with _reading(shared, url) as releases:
        live = releases.live() if releases is not None else None
        first = numbers[0] if numbers else live.number if live is not None else 0
        second = numbers[1] if len(numbers) == 2 else None
        old = _content(releases, first)
        try:
            new = _content(releases, second) if second is not None else content_of(shared.config)
        except FolderError as error:
            raise CannotRun(str(error)) from None
        catalogs = old.catalog() if old is not EMPTY else None, new.catalog() if new is not EMPTY else None
        found = difference(old, new)
        machines = [one.machines if one is not None else {} for one in catalogs]
        lost = vanishing(machines[0], machines[1])
        plan: Migration = {}
        if migrate is not None:
            plan = migration(migrate, lost, machines[1])
        fates = _fates(releases, first, catalogs, found.changed_names(), plan) if pending else None
        rows = releases.rows(machines[0]) if lost and releases is not None else {}
    if shared.format == "json":
        answer = {
            "from": first or None,
            "to": second,
            "documents": [words.document_json(one, *catalogs) for one in found.documents],
            "vanishing": {"states": lost.states, "machines": lost.machines},
            "on_change": words.on_change(found.changed_names(), *catalogs),
        }
        print_json(answer if fates is None else {**answer, "pending": [one.as_json() for one in fates]})
    else:
        to = f"release {second}" if second is not None else str(shared.config)
        for line in words.difference_lines(found, *catalogs, text=text):
            click.echo(line)
        for line in words.vanishing_lines(lost, rows, plan):
            click.echo(line)
        for line in words.fate_lines(fates):
            click.echo(line)
        if not found.documents:
            click.echo(f"nothing differs from {f'release {first}' if first else 'nothing'} to {to}")
    return FOUND if found.of("broken") else 0


@release.command()
@_signed
@click.option(
    "--remove", "removing", multiple=True, metavar="FILE", help="A live document that goes; not needed with --base."
)
@click.option(
    "--locale", "locales", multiple=True, metavar="TAG", help="What every template must have; by default as before."
)
@shared_options
@click.pass_obj
def publish(
    shared: Shared,
    url: str | None,
    message: str,
    author: str | None,
    holding: str | None,
    migrate: str | None,
    base: int | None,
    removing: tuple[str, ...],
    locales: tuple[str, ...],
) -> int:
    """Make the folder's documents the live release, and raise the version of what changed, in the files too.

    Exit status 1 when mistakes keep it from being published; nothing is stored then.
    """
    from app.publishing.publish import NothingChangedError, RefusedError
    from app.publishing.publish import publish as publishing

    terms = replace(_terms(holding, migrate, locales), removing=removing)
    with _writing(shared, url) as store:
        try:
            done = publishing(store, shared.config, _signature(author, message), base=base, terms=terms)
        except RefusedError as error:
            return _refuse(error, shared)
        except NothingChangedError as error:
            if not error.files.written:
                raise
            if shared.format == "json":
                print_json({"published": False, "live": error.live, "files": error.files.written})
            else:
                click.echo(
                    f"{error}; the versions of that publication were written into {', '.join(error.files.written)}"
                )
            return 0
    return _tell(done, shared)


@release.command()
@click.argument("number", metavar="N", type=click.IntRange(min=1))
@_signed
@click.option("--write", is_flag=True, help="Put the files back into the folder, too.")
@shared_options
@click.pass_obj
def rollback(
    shared: Shared,
    number: int,
    url: str | None,
    message: str,
    author: str | None,
    holding: str | None,
    migrate: str | None,
    base: int | None,
    write: bool,
) -> int:
    """Make a new release of what release N held. The folder is left alone unless --write is given."""
    from app.publishing.publish import RefusedError, roll_back

    terms = _terms(holding, migrate, ())
    directory = shared.config if write else None
    with _writing(shared, url) as store:
        try:
            done = roll_back(
                store, number, _signature(author, message), base=base, terms=terms, directory=directory
            )  # fmt: skip
        except RefusedError as error:
            return _refuse(error, shared)
    return _tell(done, shared)


def _tell(done: Published, shared: Shared) -> int:
    made = done.draft
    if shared.format == "json":
        print_json(
            {
                "published": True,
                "release": done.release.as_json(),
                "documents": [words.document_json(one, made.old, made.catalog) for one in made.difference.documents],
                "raised": made.raised,
                "files": done.files.written,
                "left": done.files.left,
                "diagnostics": [one.as_json() for one in made.diagnostics],
            }
        )
        return 0
    click.echo(words.published_line(done.release))
    for line in words.difference_lines(made.difference, made.old, made.catalog, text=False):
        click.echo(line)
    for line in words.cost_lines(done.release):
        click.echo(line)
    if done.files.written:
        click.echo(f"  written: {', '.join(done.files.written)}")
    for file in done.files.left:
        click.echo(f"virel: {file} was changed meanwhile and left alone; `virel release diff` shows it", err=True)
    return 0


def _refuse(error: RefusedError, shared: Shared) -> int:
    made = error.draft
    if shared.format == "json":
        print_json({"published": False, "diagnostics": [one.as_json() for one in made.diagnostics]})
        return FOUND
    for one in made.diagnostics:
        click.echo(render(one, made.source_line(one)))
        click.echo()
    errors = sum(1 for one in made.diagnostics if one.severity == "error")
    click.echo(f"not published: {errors} error{'' if errors == 1 else 's'}")
    return FOUND


def _fates(
    releases: Releases | None,
    number: int,
    catalogs: tuple[Any, Any],
    changed: frozenset[tuple[str, str]],
    plan: Migration,
) -> list[Any]:
    from engine.releases.pending import fates
    from engine.simulation.replayed import replayed
    from engine.simulation.waiting import waiting

    old, new = catalogs
    if releases is None or old is None:
        return []
    simulation = replayed(old, releases.events(number, old.machines))
    rules = {id for kind, id in changed if kind == "rule"}
    return fates(waiting(simulation), old.rules, new.rules if new is not None else {}, rules, simulation.now, plan)


def _content(releases: Releases | None, number: int) -> ReleaseContent:
    from app.records.releases import UnknownReleaseError
    from engine.releases.content import EMPTY

    if releases is None:
        if number:
            raise CannotRun(str(UnknownReleaseError(number, 0)))
        return EMPTY
    return releases.content(number)


def _terms(holding: str | None, migrate: str | None, locales: tuple[str, ...]) -> Terms:
    from engine.releases.draft import Terms

    roles = None if holding is None else [role.strip() for role in holding.split(",") if role.strip()]
    return Terms(roles, migration_source(migrate) if migrate is not None else None, locales)


def _signature(author: str | None, message: str) -> Signature:
    from app.publishing.publish import Signature
    from engine.conditions.values import Timestamp

    name = author or os.environ.get("VIREL_AUTHOR")
    if not name:
        try:
            name = getpass.getuser()
        except (KeyError, OSError):
            raise click.UsageError("Say with --author who publishes this.") from None
    for option, value in (("--author", name), ("--message", message)):
        if not value.strip():
            raise click.BadParameter("it is empty", param_hint=option)
        if one_line(value.strip()) != value.strip():
            shown = one_line(value.strip())
            raise click.BadParameter(
                f'"{shown}" holds a control character; write one line of plain text', param_hint=option
            )
    return Signature(name.strip(), message.strip(), Timestamp(time.time_ns()))


def _url(shared: Shared, named: str | None) -> str:
    if named is not None and ("://" in named or named.startswith("sqlite:")):
        return named
    return f"sqlite:///{Path(named) if named is not None else shared.config / 'var' / 'virel.db'}"


@contextmanager
def _reading(shared: Shared, named: str | None) -> Iterator[Releases | None]:
    """The releases of a store; None where there is no store yet."""
    from app.records.database import NoStoreError, StoreError
    from app.records.releases import ReleaseStore

    try:
        try:
            store = ReleaseStore.open(_url(shared, named), reading=True)
        except NoStoreError:
            yield None
            return
        try:
            with store.reading() as releases:
                yield releases
        finally:
            store.close()
    except StoreError as error:
        raise CannotRun(str(error)) from error


@contextmanager
def _writing(shared: Shared, named: str | None) -> Iterator[ReleaseStore]:
    from app.records.database import StoreError
    from app.records.releases import ReleaseStore
    from engine.reading.folder import FolderError

    url = _url(shared, named)
    if named is None:
        if not shared.config.is_dir():
            raise CannotRun(
                f'the configuration folder "{shared.config}" does not exist; name another one with --config'
            )
        (shared.config / "var").mkdir(exist_ok=True)
    try:
        store = ReleaseStore.open(url)
        try:
            yield store
        finally:
            store.close()
    except (StoreError, FolderError) as error:
        raise CannotRun(str(error)) from error
