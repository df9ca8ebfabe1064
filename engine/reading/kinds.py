"""Which kinds of documents there are, and in which folder each lives."""

from __future__ import annotations

FOLDERS: dict[str, tuple[str, ...]] = {
    "rules/access": ("role",),
    "rules/automation": ("rule",),
    "rules/matching": ("matching",),
    "rules/sla": ("sla", "calendar"),
    "statemachines": ("machine",),
    "templates": ("template",),
    "tests/scenarios": ("scenario",),
}
"""Folder (relative to the configuration folder) and its kinds; the first is assumed where a document does not say."""

KINDS: dict[str, str] = {kind: folder for folder, kinds in FOLDERS.items() for kind in kinds}
"""Kind and its folder."""
