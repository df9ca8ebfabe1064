"""Styles and scripts as ``make assets`` has built them: their names change with their content, so browsers keep them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, make_response, redirect, request, send_from_directory, url_for

STATIC = Path(__file__).parents[1] / "static"
BUILT = STATIC / "built"
A_YEAR = "public, max-age=31536000, immutable"


class NotBuiltError(Exception):
    """The styles and scripts are not there."""

    def __init__(self) -> None:
        super().__init__("styles and scripts are not built: run `make assets`")


@cache
def manifest() -> dict[str, str]:
    """What each file is called now. Raises NotBuiltError."""
    try:
        found: dict[str, str] = json.loads((BUILT / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotBuiltError from None
    return found


def asset(name: str) -> str:
    """The address of a built file. Raises NotBuiltError."""
    return url_for("pages.built", name=manifest()[name])


def add_assets(pages: Blueprint) -> None:
    """Adds /built/… and lets templates ask for it by ``asset``; adds the sign that browsers ask every site for."""
    pages.add_url_rule("/built/<name>", "built", _built)
    pages.add_url_rule("/favicon.ico", "favicon", _favicon)
    pages.add_app_template_global(asset)


def _favicon() -> Response:
    response = make_response(redirect(url_for("pages.static", filename="virel.svg"), 308))
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _built(name: str) -> Response:
    packed = name.endswith((".css", ".js")) and request.accept_encodings["br"] > 0 and (BUILT / f"{name}.br").exists()
    response = send_from_directory(BUILT, f"{name}.br" if packed else name, conditional=True)
    if name.endswith((".css", ".js")):
        response.content_type = f"text/{'css' if name.endswith('.css') else 'javascript'}; charset=utf-8"
        response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "br"
    response.headers["Cache-Control"] = A_YEAR
    return response
