"""``virel test``: runs the scenarios and says what they cover."""

from __future__ import annotations

import click

from app.cli.options import FOUND, Shared, loaded, print_json, shared_options, tell_unavailable
from engine.diagnostics import did_you_mean
from engine.simulation import scenario as scenarios
from engine.simulation.coverage import Coverage


@click.command()
@click.argument("names", nargs=-1, metavar="[SCENARIO]...")
@click.option("--missing", is_flag=True, help="List what no scenario exercises.")
@shared_options
@click.pass_obj
def test(shared: Shared, names: tuple[str, ...], missing: bool) -> int:
    """Run the scenarios (all, or those named) on a virtual clock."""
    catalog = loaded(shared.config)
    unknown = sorted(set(names) - set(catalog.scenarios))
    if unknown:
        hint = did_you_mean(unknown[0], catalog.scenarios)
        message = f"there is no scenario {', '.join(unknown)} that can run" + (f"; {hint}" if hint else "")
        raise click.BadParameter(message, param_hint="SCENARIO")
    coverage = Coverage(catalog)
    chosen = [catalog.scenarios[name] for name in sorted(set(names) or catalog.scenarios)]
    results = {scenario.id: scenarios.run(catalog, scenario, coverage) for scenario in chosen}
    failures = [failure for found in results.values() for failure in found]
    broken = [d for d in catalog.unavailable if d.kind == "scenario"]
    failed = sum(1 for found in results.values() if found)
    tell_unavailable(catalog)
    if shared.format == "json":
        answer = {
            "passed": len(results) - failed,
            "failed": failed + len(broken),
            "failures": [failure.as_json() for failure in failures]
            + [
                {
                    "scenario": d.id,
                    "step": 0,
                    "expected": "a scenario that can run",
                    "seen": [],
                    "file": d.source.file,
                    "line": 1,
                }
                for d in broken
            ],
            "coverage": coverage.as_json(),
        }
        if missing:
            answer["missing"] = coverage.missing()
        print_json(answer)
    else:
        for scenario in chosen:
            click.echo(f"{'failed' if results[scenario.id] else 'passed'}  {scenario.id}: {scenario.description}")
            for failure in results[scenario.id]:
                click.echo(f"  {failure.file}:{failure.line}: step {failure.step}: expected {failure.expected}")
                click.echo(f"    saw {'; '.join(failure.seen) or 'nothing'}")
        click.echo(f"{len(results) - failed} passed, {failed + len(broken)} failed")
        shares = coverage.as_json()
        click.echo("covered: " + ", ".join(f"{share:.1%} of {name}" for name, share in shares.items()))
        if missing:
            for kind, words in coverage.missing().items():
                for word in words:
                    click.echo(f"  {kind}: {word}")
    return FOUND if failures or broken else 0
