"""``virel migrate``: brings the store to the schema of this version, or takes it back."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.options import CannotRun, Shared, print_json, shared_options
from app.cli.store import data_option, settings_of


@click.command()
@data_option
@click.option("--down", is_flag=True, help="Take the schema away again, with all that is in the store.")
@click.option("--yes", is_flag=True, help="With --down: do not ask.")
@shared_options
@click.pass_obj
def migrate(shared: Shared, data: Path | None, down: bool, yes: bool) -> None:
    """Bring the store to the schema of this version; a store that is there already is left as it is."""
    from app.records.database import open_database
    from app.store import schema

    settings = settings_of(data)
    if down and settings.production:
        raise CannotRun("a store of production is not taken down; restore a backup instead")
    if down and not yes:
        click.confirm("Everything in the store is lost. Go on?", abort=True)
    settings.data.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.database)
    try:
        before = schema.revision_of(database)
        (schema.downgrade if down else schema.upgrade)(database)
        after = schema.revision_of(database)
    finally:
        database.dispose()
    if shared.format == "json":
        print_json({"before": before, "after": after})
    elif before == after:
        click.echo(f"the store is at revision {after or 'none'} already")
    else:
        click.echo(f"the store went from revision {before or 'none'} to {after or 'none'}")
