"""``virel``: the command line. Each command lives in a file of its own and is loaded when it is called."""

from __future__ import annotations

import importlib
import io
import os
import signal
import sys

import click

from app.cli.options import COULD_NOT_RUN, shared_options
from app.cli.plain import Plain

INTERRUPTED = 130

COMMANDS = {
    "access": "app.cli.access:access",
    "audit": "app.cli.audit:audit",
    "backtest": "app.cli.backtest:backtest",
    "calendar": "app.cli.calendar:calendar",
    "cel": "app.cli.cel:cel",
    "check": "app.cli.check:check",
    "demo": "app.cli.demo:demo",
    "dry-run": "app.cli.dry_run:dry_run",
    "events": "app.cli.events:events",
    "match": "app.cli.match:match",
    "migrate": "app.cli.migrate:migrate",
    "release": "app.cli.release:release",
    "seed": "app.cli.seed:seed",
    "serve": "app.cli.serve:serve",
    "simulate": "app.cli.simulate:simulate",
    "sla": "app.cli.sla:sla",
    "template": "app.cli.template:template",
    "test": "app.cli.test:test",
    "user": "app.cli.user:user",
    "worker": "app.cli.worker:worker",
}


class _Commands(click.Group):
    """Loads a command only when it is named, so that each starts without what the others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = COMMANDS.get(cmd_name)
        if found is None:
            return None
        module, _, name = found.partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="virel", prog_name="virel")
@shared_options
def cli() -> None:
    """Rules, machines and their past: check them, test them, replay them."""


def main() -> None:
    """Runs the command line; an interrupted command leaves nothing half-done and says so."""
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # whoever ends us politely leaves nothing half-done either
    out, err = sys.stdout, sys.stderr
    for stream in (out, err):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal cannot show is no reason to stop
    try:
        sys.stdout, sys.stderr = (
            Plain(stream) if isinstance(stream, io.TextIOWrapper) else stream for stream in (out, err)
        )
        status = _run()
    finally:
        sys.stdout, sys.stderr = out, err
    sys.exit(status)


def _run() -> int:
    try:
        status = cli.main(standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.exceptions.Abort:
        click.echo("virel: interrupted", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return COULD_NOT_RUN
    except RuntimeError as error:
        if not isinstance(error.__cause__, KeyboardInterrupt):  # so Python reports one that fell into a class body
            raise
        click.echo("virel: interrupted", err=True)
        return INTERRUPTED
    except OSError as error:
        _give_up_output()
        if not isinstance(error, BrokenPipeError):
            place = f"{error.filename}: " if error.filename else ""
            click.echo(f"virel: {place}{error.strerror or error}", err=True)
        return COULD_NOT_RUN
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        click.echo(f"virel: {told}", err=True)
        return COULD_NOT_RUN
    return status if isinstance(status, int) else 0


def _told(error: Exception) -> str | None:
    """What is said of a store or a folder that cannot be used; None of any other error, which is a mistake of ours."""
    # What the error is of was imported by whoever raised it; a command that fails otherwise need not wait for it.
    from engine.reading.folder import FolderError

    if isinstance(error, FolderError):
        return str(error)
    if "sqlalchemy" not in sys.modules:
        return None
    from sqlalchemy.exc import DBAPIError

    from app.records.database import StoreError

    if isinstance(error, DBAPIError):
        reason = (str(error.orig).strip() or "it gave no reason").splitlines()[0]
        return f"the store failed: {reason}; see that it is the right one, and that it is up"
    return str(error) if isinstance(error, StoreError) else None


def _give_up_output() -> None:
    """What could not be written is let go, so that the interpreter does not try again as it ends."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
