"""``virel demo``: a small agency at work, from its documents to a page that shows what a change would have done."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.agency.life import OPENING
from app.agency.trial import Draft, NoDraftError, draft, worth_explaining
from app.cli.days import written_days
from app.cli.options import FOUND, CannotRun, Shared, loaded, print_json, shared_options
from app.report.model import Edit, Report
from app.report.notes import ends, machine_notes, rule_notes
from app.report.page import render
from app.report.sections import gather
from app.report.times import Zone
from app.report.witness import Witness
from app.report.wording import effect, net_effects, number, share
from engine.diagnostics import render as render_diagnostic
from engine.events.envelope import encode
from engine.events.jsonl import read_events
from engine.simulation import backtest, dryrun
from engine.simulation import scenario as scenarios
from engine.simulation.coverage import Coverage

if TYPE_CHECKING:
    from engine.catalog import Catalog
    from engine.diagnostics import Diagnostic
    from engine.events.envelope import WireEvent

_GLYPHS = {"met": ("✓", "green"), "unmet": ("✗", None), "errored": ("!", "red")}
_HERE = Path("var/demo")
ZONE = "Europe/Berlin"
"""Where the agency works: the zone in which its report tells times."""


@click.command()
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="Days to simulate.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same days.")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=_HERE,
    show_default=True,
    metavar="DIR",
    help="Folder for the events, the draft and the report.",
)
@shared_options
@click.pass_obj
def demo(shared: Shared, days: int, seed: int, output: Path) -> int:
    """See a small agency at work: check, simulate, replay, explain, backtest a change, and read the report."""
    catalog = loaded(shared.config)
    say = _Voice(shared.format == "text")
    say("Check", f"{number(len(catalog.documents))} documents, {_findings(catalog)}")
    if not catalog.ok:
        return FOUND
    try:
        output.mkdir(parents=True, exist_ok=True)
        summary = _play(catalog, shared.config, days, seed, output, say)
    except OSError as error:
        raise CannotRun(f"{error.filename or output}: {error.strerror}; choose another folder with -o") from None
    except NoDraftError as error:
        raise CannotRun(f"{error}; the demo tries a change of the agency's own documents") from None
    if shared.format == "json":
        print_json(summary)
    return 0


def _play(catalog: Catalog, config: Path, days: int, seed: int, output: Path, say: _Voice) -> dict[str, Any]:
    tests = _test(catalog, say)
    log = output / "events.jsonl"
    written = written_days(catalog, config, log, days=days, seed=seed)
    span = _span(OPENING, OPENING + timedelta(days=days - 1))
    say("Simulate", f"{span}, seed {seed}: {number(written.events)} events,")
    say("", f"{number(written.roots)} by people and providers, {number(written.derived)} by rules")

    began = time.perf_counter()
    zone = Zone(ZONE)
    live, drafted = Witness(zone), Witness(zone)
    baseline = backtest.run(catalog, log, attend=live.attend)
    fidelity = baseline["fidelity"]
    same = fidelity["recorded"] - fidelity["missing"]
    say(
        "Replay",
        f"{number(baseline['events'])} events in {time.perf_counter() - began:.1f} s; of what rules had caused,",
    )
    say("", f"{share(same, fidelity['recorded'])} came about again")

    events = [event for _, event in read_events(log, _unexpected)]
    explained = _explain(catalog, events, output / "event.json", say)

    change = draft(config, output / "draft")
    other = loaded(change.folder)
    replay = backtest.run(
        other, log, against=catalog, attend=lambda one: drafted.attend(one) if one.catalog is other else None
    )
    say("Backtest", f"{change.rule} with “{change.new}” instead of “{change.old}”:")
    say("", net_effects(replay["diff"]) or "nothing would have changed")

    page = output / "report.html"
    machines, came_to = machine_notes(catalog), ends(catalog, events)
    report = Report(
        title=f"Draft of {change.rule} against the live documents",
        subtitle=f"{span}, {ZONE}",
        replay=replay,
        against=baseline,
        explained=explained,
        edit=Edit(change.rule, change.file, change.line, change.before, change.after),
        machines=machines,
        rules=rule_notes(catalog),
        ends=came_to,
        sections=gather(catalog, live, drafted, replay["diff"], ends=came_to, machines=machines, zone=zone),
        zone=zone,
        facts=[("seed", str(seed))],
        trust=[_faith(fidelity), *tests],
    )
    page.write_text(render(report), encoding="utf-8")
    say("Report", click.style(str(page), bold=True))
    say.hint(_commands(config, log, change, output))
    diff = {kind: len(effects) for kind, effects in replay["diff"].items()}
    return {"events": written.events, "fidelity": fidelity, "diff": diff, "report": str(page)}


def _test(catalog: Catalog, say: _Voice) -> list[tuple[str, str, str]]:
    """Runs the scenarios; says, and gives for the report, how much they cover."""
    coverage = Coverage(catalog)
    failed = [id for id, scenario in sorted(catalog.scenarios.items()) if scenarios.run(catalog, scenario, coverage)]
    shares = coverage.as_json()
    total = len(catalog.scenarios)
    if not total:
        return []
    say(
        "Test",
        f"{total - len(failed)} of {total} scenarios pass, {shares['conditions']:.0%} of condition outcomes seen",
    )
    text = (
        f"They meet {shares['rules']:.0%} of the rules, take {shares['transitions']:.0%} of the transitions "
        f"and see {shares['conditions']:.0%} of the condition outcomes."
    )
    return [(f"{total - len(failed)} of {total}", "scenarios pass", text)]


def _explain(catalog: Catalog, events: list[WireEvent], file: Path, say: _Voice) -> dict[str, Any] | None:
    """Says why one event led to what it did, and leaves it as a file for ``virel dry-run``."""
    event = worth_explaining(catalog, events)
    if event is None:
        return None
    file.write_bytes(encode(event) + b"\n")
    explained = dryrun.explain(catalog, event)
    met = sum(rule["verdict"] == "met" for rule in explained["rules"])
    say("Explain", f"{event.type} {event.subject}: {met} of {len(explained['rules'])} rules met")
    for rule in explained["rules"]:
        say.line(rule["verdict"], f"{rule['rule']}@{rule['version']}")
        for line in rule["conditions"]:
            values = ", ".join(f"{name} is {value}" for name, value in line["values"].items())
            say.line(line["verdict"], f"{line['expression']}   {click.style(values, dim=True)}", indent=2)
        for done in rule["effects"]:
            say("", f"  → {done['action'].replace('_', ' ')}: {effect(done)}")
    return explained


def _faith(fidelity: dict[str, Any]) -> tuple[str, str, str]:
    same = fidelity["recorded"] - fidelity["missing"]
    text = f"{number(same)} of {number(fidelity['recorded'])} events that rules caused came about again as recorded."
    return share(same, fidelity["recorded"]), "replay fidelity", text


def _findings(catalog: Catalog) -> str:
    for diagnostic in catalog.diagnostics:
        click.echo(render_diagnostic(diagnostic, catalog.source_line(diagnostic)), err=True)
    count = len(catalog.diagnostics)
    return f"{count} finding{'s' if count != 1 else ''}, above" if count else "no mistakes"


def _commands(config: Path, log: Path, change: Draft, output: Path) -> list[str]:
    here = "" if config == Path() else f" --config {config}"
    return [
        f"virel{here} dry-run --event {output / 'event.json'}",
        f"virel --config {change.folder} backtest --events {log} --against {config}",
    ]


def _span(first: date, last: date) -> str:
    start = f"{first.day} {first:%B}" + ("" if first.year == last.year else f" {first.year}")
    return f"{start} to {last.day} {last:%B %Y}"


def _unexpected(diagnostic: Diagnostic) -> None:
    """A file that was written a moment ago must be readable."""
    raise CannotRun(f"{diagnostic.place.file}:{diagnostic.place.line}: {diagnostic.message}")


class _Voice:
    """Says each step in a column of its own; silent when the answer is to be JSON."""

    def __init__(self, loud: bool) -> None:
        self._loud = loud

    def __call__(self, step: str, text: str) -> None:
        if self._loud:
            click.echo(f"{click.style(f'{step:<10}', bold=True)}{text}")

    def line(self, verdict: str, text: str, indent: int = 0) -> None:
        glyph, colour = _GLYPHS[verdict]
        self("", f"{' ' * indent}{click.style(glyph, fg=colour)} {text}")

    def hint(self, commands: list[str]) -> None:
        for number_, command in enumerate(commands):
            self("" if number_ else "Next", click.style(command, dim=True))
