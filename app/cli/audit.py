"""``virel audit verify``: whether the audit is whole and as it was written."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.options import FOUND, Shared, print_json, shared_options
from app.cli.store import data_option, migrated, settings_of


@click.group()
@shared_options
def audit() -> None:
    """The audit: one sealed chain of rows for each entity."""


@audit.command()
@data_option
@click.option("--seal", metavar="HASH", help="A seal printed earlier and kept elsewhere, to which the roots must lead.")
@shared_options
@click.pass_obj
def verify(shared: Shared, data: Path | None, seal: str | None) -> int:
    """Walk every chain and hold it to its seals; exit status 1 where something was tampered with or is missing."""
    from app.bootstrap import bootstrap
    from app.road.verify import verify_store

    settings = settings_of(data)
    migrated(settings)
    platform = bootstrap(settings)
    try:
        told = verify_store(platform.database, platform.keys("audit"), seal)
    finally:
        platform.close()
    if shared.format == "json":
        print_json(told.as_json())
    else:
        for finding in told.findings:
            click.echo(str(finding))
        counts = f"{told.rows} rows in {told.chains} chains, {told.roots} roots"
        click.echo(f"{counts}: {'all as written' if not told.findings else f'{len(told.findings)} problems'}")
        if told.seal is not None:
            click.echo(f"seal of the last root, to be kept elsewhere: {told.seal}")
    return FOUND if told.findings else 0
