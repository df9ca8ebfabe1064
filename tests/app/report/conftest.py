from __future__ import annotations

from pathlib import Path

import pytest

from app.agency.trial import draft
from app.agency.writer import write_days
from app.report.sections import gather
from app.report.witness import Witness
from engine.catalog import Catalog, load
from engine.simulation import backtest
from tests.app.report.trial import BERLIN, Trial


@pytest.fixture(scope="package")
def catalog(root: Path) -> Catalog:
    """The agency's own documents."""
    return load(root)


@pytest.fixture(scope="package")
def trial(root: Path, catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    folder = tmp_path_factory.mktemp("trial")
    log = folder / "events.jsonl"
    write_days(catalog, log, days=14, seed=7)
    other = load(draft(root, folder / "draft").folder)
    live, drafted = Witness(BERLIN), Witness(BERLIN)
    before = backtest.run(catalog, log, attend=live.attend)
    after = backtest.run(
        other, log, against=catalog, attend=lambda one: drafted.attend(one) if one.catalog is other else None
    )
    sections = gather(catalog, live, drafted, after["diff"], ends={}, machines=(), zone=BERLIN)
    return Trial(catalog, live, drafted, before, after, sections)
