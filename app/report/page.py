"""The report as one HTML file: no script, nothing fetched, readable on a phone, in the dark and on paper."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from app.report import figures, wording
from app.report.clocks import WORDS
from app.report.diagram import draw
from app.report.documents.sheet import CLOSE, OPEN
from app.report.effects import ticks

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.report.model import Report


def render(report: Report) -> str:
    """The page. The same report gives the same text."""
    folder = resources.files("app.report") / "pages"
    styles = "".join((folder / name).read_text(encoding="utf-8") for name in ("report.css", "sections.css"))
    changes, top, same = figures.differences(report)
    outcomes_of, outcomes = figures.outcomes(report)
    replay = report.replay
    explained = report.explained or {"rules": []}
    drawings = [
        (draw(machine, counts["transitions"], counts["final"]), machine.description)
        for machine in report.machines
        if (counts := replay["machines"].get(machine.id)) and counts["transitions"]
    ]
    change = report.sections.change if report.sections is not None else None
    page = _environment().get_template("report.html")
    return page.render(
        report=report,
        css=Markup(styles),  # noqa: S704 - our own file
        diff=report.against is not None,
        headline=figures.headline(report),
        tail=figures.tail(outcomes, outcomes_of),
        differences=changes,
        top=top,
        same=same,
        groups=figures.groups(report),
        sections=report.sections,
        fates=WORDS,
        ticks=[] if change is None else list(ticks(change.days.days)),
        outcomes=outcomes,
        outcomes_of=outcomes_of,
        drawings=drawings,
        met=sum(rule["verdict"] == "met" for rule in explained["rules"]),
        pending=figures.pending(replay),
        stopped=figures.stopped(replay),
        trust=report.trust,
        numbers=figures.numbers(replay),
        sla=replay.get("sla"),
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("app.report", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[[Any], str]] = {
        "number": wording.number,
        "words": lambda text: str(text).replace("_", " "),
        "moment": lambda text: str(text)[:19].replace("T", " "),
        "codes": _codes,
        "signed": wording.signed,
        "basename": lambda text: PurePosixPath(str(text)).name,
        "json": _json,
        "effect": wording.effect,
    }
    environment.filters |= filters
    return environment


def _codes(text: Any) -> Markup:
    """A text of a sheet, escaped, with what is code in it set as code."""
    return Markup(str(escape(text)).replace(OPEN, "<code>").replace(CLOSE, "</code>"))  # noqa: S704 - escaped here


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
