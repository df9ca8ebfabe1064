"""All pages in one table of contents."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint

from app.web.pages.entrance import add_entrance
from app.web.pages.links import add_link_pages
from app.web.pages.today import add_today

STATIC = Path(__file__).parents[1] / "static"


def pages() -> Blueprint:
    """The pages, with the folder of what they show and how."""
    found = Blueprint(
        "pages", __name__, template_folder="templates", static_folder=str(STATIC), static_url_path="/static"
    )
    add_entrance(found)
    add_link_pages(found)
    add_today(found)
    return found
