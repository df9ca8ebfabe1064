"""What a browser or tool calls itself, in the words that people call it by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.road.rows import stamp

BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser/", "Yandex"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
)
"""Marks before those of Chrome and Safari, whose names others carry too."""
LATER = (("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def called(agent: str | None) -> str:
    """The browser and its machine, such as ``Firefox, Windows``; of another tool its first word; empty where nothing is said."""
    if not agent:
        return ""
    if not agent.startswith("Mozilla/"):
        return re.split(r"[\s/(]", agent, maxsplit=1)[0][:60]
    browser = next((name for mark, name in (*BROWSERS, *LATER) if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return ", ".join(one for one in (browser, system) if one)


def said_of(sign_in: Mapping[str, Any]) -> dict[str, Any]:
    """A sign-in as pages say it: its instants as instants, and what its browser is called."""
    instants = {name: stamp(sign_in[name]) for name in ("seen_at", "created_at")}
    return {**sign_in, **instants, "called": called(sign_in["agent"])}
