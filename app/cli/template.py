"""``virel template``: what a template would say."""

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
    loaded,
    print_json,
    seen_by,
    shared_options,
    tell_unavailable,
)
from engine.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from engine.conditions.values import Timestamp
    from engine.templates.model import Message, Refusal


@click.group()
def template() -> None:
    """Templates: what is said, where, in which language."""


@template.command()
@click.argument("id")
@click.option("--channel", metavar="NAME", help="email, sms, telegram or in_app; by default the template's first.")
@click.option("--locale", metavar="TAG", help="The reader's locale, such as ru or pt-BR; by default the fallback.")
@click.option("--entity", metavar="ID", help="What the text is about; not needed where there is only one.")
@facts_options
@as_option
@shared_options
@click.pass_obj
def preview(
    shared: Shared,
    id: str,
    channel: str | None,
    locale: str | None,
    entity: str | None,
    events: Path | None,
    facts: Path | None,
    at: Timestamp | None,
    onlooker: str | None,
) -> int:
    """Show the message that template ID makes of facts, or why it would not be sent.

    Exit status 1 when a line of the events cannot be understood.
    """
    from engine.access.sight import Sight
    from engine.templates.model import Facts
    from engine.templates.render import render
    from engine.templates.veil import veiled

    catalog = loaded(shared.config)
    roles = seen_by(catalog, onlooker)
    tell_unavailable(catalog)
    found = catalog.templates.get(id)
    if found is None:
        raise CannotRun(f'no template is called "{id}"; {_hint(id, catalog.templates)}')
    chosen = channel or next(iter(found.channels))
    if chosen not in found.channels:
        raise CannotRun(f'{id} says nothing on the channel "{chosen}"; {_hint(chosen, found.channels)}')
    simulation, whole = known(catalog, events, facts, at)
    record = _record(simulation.world.tables[found.entity], found.entity, entity)
    said = render(found, chosen, locale or found.fallback, Facts(record, simulation.world))
    if roles is not None:
        said = veiled(found, said, Sight(roles))
    if shared.format == "json":
        print_json({**said.as_json(), "entity": record["id"]})
    else:
        _print(said)
    return 0 if whole else FOUND


def _record(table: Mapping[str, Any], machine: str, id: str | None) -> Any:
    if id is None:
        if len(table) != 1:
            raise CannotRun(f"there are {len(table)} of {machine}; name one with --entity ID")
        return next(iter(table.values()))
    if id not in table:
        raise CannotRun(f'there is no {machine} "{id}"')
    return table[id]


def _hint(word: str, names: Iterable[str]) -> str:
    ids = list(names)
    return did_you_mean(word, ids) or ("there are " + ", ".join(ids) if ids else "there is none")


def _print(said: Message | Refusal) -> None:
    from engine.templates.model import Refusal

    if isinstance(said, Refusal):
        click.echo(f"{said.template}@{said.version}, {said.channel}, {said.locale}: not sent: {said.reason}")
        return
    click.echo(f"{said.template}@{said.version}, {said.channel}, {said.locale}" + (", HTML" if said.html else ""))
    if said.segments is not None:
        of = said.segments
        click.echo(f"{of.count} segment{'' if of.count == 1 else 's'}, {of.units} units of {of.encoding}")
    if said.subject is not None:
        click.echo(f"\nSubject: {said.subject}")
    click.echo(f"\n{said.body}".rstrip())
