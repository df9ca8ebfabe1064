"""What a host's action does is not known to the engine, so a role is shown of it only what stands in the document."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from engine.automation.model import Action
from engine.catalog import load
from engine.simulation.veil import Veil

FOLDER = Path(__file__).parents[2] / "cases" / "hidden"


def test_of_an_action_that_does_not_say_what_it_tells_only_literals_are_shown(tmp_path: Path):
    folder = shutil.copytree(FOLDER, tmp_path / "folder")
    (folder / "rules" / "automation" / "ring.yaml").write_text(
        "kind: rule\nid: ring\nversion: 1\ndescription: Rings.\ntrigger: job.priced\n"
        "actions:\n  - call_webhook: {endpoint: bell, data: {loud: true}}\n"
    )
    catalog = load(folder)
    (action,) = catalog.rules["ring"].bound["job.priced"].actions
    bound = catalog.rules["ring"].bound["job.priced"]
    silent = Action(**{name: getattr(action, name) for name in Action.__slots__} | {"told": None})
    veil = Veil(catalog, catalog.access.of(["DESK"]))
    shown: dict[str, Any] = {"action": "call_webhook", "endpoint": "bell", "data": {"loud": True}, "secret": "s3cret"}
    assert veil.effect(bound, silent, {**shown, "about": "job/jb_1"}) == {
        **shown,
        "secret": "hidden",
        "about": "job/jb_1",
    }
    assert veil.effect(bound, silent, {**shown, "endpoint": "s3cret"})["endpoint"] == "hidden"
