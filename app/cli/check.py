"""``virel check``: every mistake in a folder of documents, at its place."""

from __future__ import annotations

import click

from app.cli.options import FOUND, Shared, loaded, print_json, shared_options
from engine.diagnostics import one_line, render


@click.command()
@shared_options
@click.pass_obj
def check(shared: Shared) -> int:
    """Check the documents: all mistakes at once, each with place, reason and a way out.

    Exit status 1 when there is an error; warnings alone are fine.
    """
    catalog = loaded(shared.config)
    if shared.format == "json":
        print_json(
            {
                "ok": catalog.ok,
                "documents": len(catalog.documents),
                "diagnostics": [diagnostic.as_json() for diagnostic in catalog.diagnostics],
            }
        )
    else:
        for diagnostic in catalog.diagnostics:
            click.echo(render(diagnostic, catalog.source_line(diagnostic)))
            click.echo()
        errors = sum(1 for d in catalog.diagnostics if d.severity == "error")
        warnings = sum(1 for d in catalog.diagnostics if d.severity == "warning")
        click.echo(f"{_count(len(catalog.documents), 'document')}: {_verdict(errors, warnings)}")
        for document in catalog.unavailable:
            click.echo(f"  unavailable: {one_line(document.source.file)}")
    return 0 if catalog.ok else FOUND


def _verdict(errors: int, warnings: int) -> str:
    found = ", ".join(_count(n, word) for n, word in ((errors, "error"), (warnings, "warning")) if n)
    return found or "no mistakes"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
