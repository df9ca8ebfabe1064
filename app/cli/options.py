"""Options every command shares: ``--config`` and ``--format`` may stand before or after the command."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from app.cli.plain import escaped
from engine.diagnostics import did_you_mean, one_line

if TYPE_CHECKING:
    from engine.access.grants import RoleSet
    from engine.catalog import Catalog
    from engine.conditions.values import Timestamp

FOUND = 1
COULD_NOT_RUN = 2
Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(slots=True)
class Shared:
    """What was said before the command."""

    config: Path = Path()
    format: str = "text"


def shared_options(command: Command) -> Command:
    """Adds the shared options; what stands after the command wins over what stands before it."""
    command = click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        expose_value=False,
        callback=_keep_format,
        help="How to print the answer.",
    )(command)
    return click.option(
        "--config",
        "folder",
        type=click.Path(path_type=Path),
        metavar="DIR",
        expose_value=False,
        callback=_keep_config,
        help="The folder that holds the documents; by default the current one.",
    )(command)


def _keep_config(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    shared = context.ensure_object(Shared)
    if value is not None:
        shared.config = value


def _keep_format(context: click.Context, _: click.Parameter, value: str | None) -> None:
    shared = context.ensure_object(Shared)
    if value is not None:
        shared.format = value


class Instant(click.ParamType["Timestamp"]):
    """An instant as RFC 3339."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Timestamp:
        """The instant that a text says."""
        from engine.conditions.values import Timestamp

        if isinstance(value, Timestamp):
            return value
        try:
            return Timestamp.parse(value)
        except ValueError:
            self.fail(f'"{value}" is no instant; write for instance 2026-04-01T10:00:00Z', param, ctx)


def loaded(folder: Path) -> Catalog:
    """The catalog of a folder; a folder that cannot be used at all ends the command."""
    from engine.cache.load import load
    from engine.reading.folder import FolderError

    try:
        return load(folder, cache_folder(os.environ))
    except FolderError as error:
        raise CannotRun(str(error)) from None


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """Where checked documents are kept: ``VIREL_CACHE``, or the user's own cache; None where it is ``off``."""
    named = environment.get("VIREL_CACHE")
    if named:
        return None if named == "off" else Path(named)
    base = Path(environment.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():  # the XDG specification: anything else is to be ignored
        try:
            base = Path.home() / ".cache"
        except RuntimeError:  # nobody's home
            return None
    return base / "virel"


def as_option(command: Command) -> Command:
    """Adds ``--as``: the roles of whoever is to read the answer."""
    return click.option(
        "--as", "onlooker", metavar="ROLES", help="Show what these roles (A,B) see; what they may not see is hidden."
    )(command)


def seen_by(catalog: Catalog, onlooker: str | None) -> RoleSet | None:
    """What the roles of ``--as`` grant together; None where nobody was named. Raises ``CannotRun`` for an unknown one."""
    if onlooker is None:
        return None
    names = named_roles(onlooker)
    for name in names:
        if name not in catalog.roles:
            known = sorted(catalog.roles)
            hint = did_you_mean(name, known) or ("the roles are " + ", ".join(known) if known else "none is declared")
            raise CannotRun(f'there is no role "{name}"; {hint}')
    return catalog.access.of(names)


def named_roles(said: str) -> list[str]:
    """The roles that ``--as A,B`` names. Raises ``CannotRun`` where it names none."""
    names = [role.strip() for role in said.split(",") if role.strip()]
    if not names:
        raise CannotRun("--as names no role; write for instance --as OPERATOR")
    return names


class CannotRun(click.ClickException):
    """The command could not run: exit status 2, one sentence on standard error."""

    exit_code = COULD_NOT_RUN

    def show(self, file: Any = None) -> None:
        """Prints the sentence."""
        click.echo(f"virel: {self.format_message()}", err=True)


def print_json(value: object) -> None:
    """One JSON document on a line of standard output, in UTF-8 wherever it runs."""
    try:
        line = escaped(json.dumps(value, ensure_ascii=False)).encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can carry only escaped
        line = json.dumps(value).encode()
    click.echo(line)


def in_words(value: object) -> str:
    """A JSON value in the midst of a line: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def fact(value: object) -> str:
    """A fact in the midst of a line: JSON, but for what may not be shown."""
    from engine.conditions.veil import HIDDEN

    return HIDDEN if value is HIDDEN else json.dumps(value, ensure_ascii=False)


def tell_unavailable(catalog: Catalog) -> None:
    """Says on standard error which documents are left out."""
    for document in catalog.unavailable:
        click.echo(
            f"virel: {one_line(document.source.file)} is unavailable and left out; `virel check` says why", err=True
        )
