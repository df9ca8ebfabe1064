"""``virel demo``: a small agency at work, from its documents to a page that shows what a change would have done."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.agency.life import OPENING
from app.agency.trial import Draft, NoDraftError, draft, worth_explaining
from app.agency.writer import missing_machines, write_days
from app.report.model import Edit, Report
from app.report.notes import ends, machine_notes, rule_notes
from app.report.page import render
from app.report.wording import effect, net_effects, number, share
from engine.catalog import load
from engine.diagnostics import render as render_diagnostic
from engine.events.envelope import encode
from engine.events.jsonl import read_events
from engine.simulation import backtest, dryrun

if TYPE_CHECKING:
    from engine.catalog import Catalog
    from engine.diagnostics import Diagnostic
    from engine.events.envelope import WireEvent

_GLYPHS = {"met": ("✓", "green"), "unmet": ("✗", None), "errored": ("!", "red")}
_HERE = Path("var/demo")


class CannotRunError(click.ClickException):
    """The demo has nothing to work with; the message says what is missing and what to do."""

    exit_code = 2


@click.command()
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="Days to simulate.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same days.")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), default=_HERE, show_default=True,
              help="Folder for the events, the draft and the report.")  # fmt: skip
@click.option("--config", type=click.Path(path_type=Path), default=Path(), help="Folder of the documents.")
def demo(config: Path, days: int, seed: int, output: Path) -> None:
    """See a small agency at work: check, simulate, replay, explain, backtest a change, and read the report."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        _run(config, days, seed, output)
    except OSError as error:
        where = error.filename or output
        raise CannotRunError(f"{where}: {error.strerror}. Choose another folder with -o.") from error
    except NoDraftError as error:
        raise CannotRunError(f"{error}. The demo tries a change of the agency's own documents.") from error


def _run(config: Path, days: int, seed: int, output: Path) -> None:
    catalog = _check(config)
    log = output / "events.jsonl"
    with click.progressbar(length=days, label="   Days", hidden=not _terminal(), file=_err()) as bar:
        written = write_days(catalog, log, days=days, seed=seed, progress=lambda over: bar.update(over - bar.pos))
    last = OPENING + timedelta(days=days - 1)
    span = f"{_day(OPENING)} to {_day(last)} {last.year}"
    _say("Simulate", f"{span}, seed {seed}: {number(written.events)} events,")
    _say("", f"{number(written.roots)} by people and providers, {number(written.derived)} by rules")

    began = time.perf_counter()
    baseline = backtest.run(catalog, log)
    fidelity = baseline["fidelity"]
    same = fidelity["recorded"] - fidelity["missing"]
    _say(
        "Replay",
        f"{number(baseline['events'])} events in {time.perf_counter() - began:.1f} s; of what rules had caused,",
    )
    _say("", f"{share(same, fidelity['recorded'])} came out as recorded")

    events = [event for _, event in read_events(log, _unexpected)]
    explained = _explain(catalog, events, output / "event.json")

    change = draft(config, output / "draft")
    replay = backtest.run(load(change.folder), log, against=catalog)
    span_before, span_after = (text.partition("for:")[2].strip(" }") for text in (change.before, change.after))
    _say("Backtest", f"what if {change.rule} said {span_after} instead of {span_before}?")
    _say("", f"{net_effects(replay['diff']) or 'nothing would have changed'}")

    page = output / "report.html"
    found = Report(
        title=f"Draft of {change.rule} against the live documents",
        subtitle=f"{span}, Europe/Berlin",
        replay=replay,
        against=baseline,
        explained=explained,
        edit=Edit(change.rule, change.file, change.line, change.before, change.after),
        machines=machine_notes(catalog),
        rules=rule_notes(catalog),
        ends=ends(catalog, events),
        facts=[("seed", str(seed))],
        trust=_trust(catalog, baseline),
    )
    page.write_text(render(found), encoding="utf-8")
    _say("Report", click.style(str(page), bold=True))
    _hint(config, log, change, output)


def _check(config: Path) -> Catalog:
    catalog = load(config)
    if missing := missing_machines(catalog):
        raise CannotRunError(
            f"{config}: no machine {', '.join(missing)}. The demo plays a model agency; run it where its documents are."
        )
    for diagnostic in catalog.diagnostics:
        click.echo(render_diagnostic(diagnostic, catalog.source_line(diagnostic)), err=True)
    if not catalog.ok:
        raise click.exceptions.Exit(1)
    count = len(catalog.documents)
    _say("Check", f"{count} documents, {'no findings' if not catalog.diagnostics else 'with warnings'}")
    return catalog


def _explain(catalog: Catalog, events: list[WireEvent], file: Path) -> dict[str, Any] | None:
    """Says why one event led to what it did, and leaves it as a file for ``virel dry-run``."""
    event = worth_explaining(catalog, events)
    if event is None:
        return None
    file.write_bytes(encode(event) + b"\n")
    explained: dict[str, Any] = dryrun.explain(catalog, event)
    met = [rule for rule in explained["rules"] if rule["verdict"] == "met"]
    _say("Explain", f"{event.type} {event.subject}: {len(met)} of {len(explained['rules'])} rules met")
    for rule in explained["rules"]:
        _line(rule["verdict"], f"{rule['rule']}@{rule['version']}")
        if rule["verdict"] == "unmet":
            continue
        for line in rule["conditions"]:
            values = ", ".join(f"{name} is {value}" for name, value in line["values"].items())
            _line(line["verdict"], f"{line['expression']}   {click.style(values, dim=True)}", indent=2)
        for done in rule["effects"]:
            click.echo(f"               → {done['action'].replace('_', ' ')}: {effect(done)}")
    return explained


def _trust(catalog: Catalog, baseline: dict[str, Any]) -> list[tuple[str, str, str]]:
    fidelity = baseline["fidelity"]
    same = fidelity["recorded"] - fidelity["missing"]
    text = f"{number(same)} of {number(fidelity['recorded'])} events that rules caused came out as they were recorded."
    rules = baseline["rules"]
    awake = sum(bool(counts["met"]) for counts in rules.values())
    return [
        (share(same, fidelity["recorded"]), "replay fidelity", text),
        (f"{awake} of {len(rules)}", "rules met something", "The others had no occasion in these days."),
        (number(len(catalog.documents)), "documents", "All of them checked before they ran."),
    ]


def _hint(config: Path, log: Path, change: Draft, output: Path) -> None:
    where = "" if config == Path() else f" --config {config}"
    click.echo()
    click.echo(f"   Look closer:  virel{where} dry-run --event {output / 'event.json'}")
    click.echo(f"                 virel --config {change.folder} backtest --events {log} --against {config}")


def _say(step: str, text: str) -> None:
    click.echo(f"   {click.style(f'{step:<10}', bold=True)}{text}")


def _line(verdict: str, text: str, indent: int = 0) -> None:
    glyph, colour = _GLYPHS[verdict]
    click.echo(f"             {' ' * indent}{click.style(glyph, fg=colour)} {text}")


def _day(day: Any) -> str:
    return f"{day.day} {day:%B}"


def _terminal() -> bool:
    return _err().isatty()


def _err() -> Any:
    return click.get_text_stream("stderr")


def _unexpected(diagnostic: Diagnostic) -> None:
    """A file that was written a moment ago must be readable."""
    raise CannotRunError(f"{diagnostic.place.file}:{diagnostic.place.line}: {diagnostic.message}")
