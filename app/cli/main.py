"""``virel``: the command line. Each command lives in a file of its own and is loaded when it is called."""

from __future__ import annotations

import importlib
import sys

import click

from app.cli.options import COULD_NOT_RUN, shared_options

COMMANDS = {
    "backtest": "app.cli.backtest:backtest",
    "cel": "app.cli.cel:cel",
    "check": "app.cli.check:check",
    "demo": "app.cli.demo:demo",
    "dry-run": "app.cli.dry_run:dry_run",
    "events": "app.cli.events:events",
    "simulate": "app.cli.simulate:simulate",
    "test": "app.cli.test:test",
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
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("virel: interrupted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(COULD_NOT_RUN)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(COULD_NOT_RUN)
    sys.exit(status if isinstance(status, int) else 0)


if __name__ == "__main__":
    main()
