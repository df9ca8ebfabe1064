"""All pages in one table of contents."""

from __future__ import annotations

from flask import Blueprint

from app.web.pages import acts, frame
from app.web.pages.assets import STATIC, add_assets
from app.web.pages.bookings.routes import add_booking_pages
from app.web.pages.demo_clock import add_demo_clock
from app.web.pages.entrance import add_entrance
from app.web.pages.finding import add_find_page
from app.web.pages.inquiries.routes import add_inquiry_pages
from app.web.pages.links import add_link_pages
from app.web.pages.models.routes import add_model_pages
from app.web.pages.payments.routes import add_payment_pages
from app.web.pages.people.routes import add_people_pages
from app.web.pages.records.clients import add_client_pages
from app.web.pages.records.listing import nothing
from app.web.pages.trail.audit import add_audit_page
from app.web.pages.trail.why import add_why_page
from app.web.pages.work.routes import add_work_pages


def pages() -> Blueprint:
    """The pages, with the folder of what they show and how."""
    found = Blueprint(
        "pages", __name__, template_folder="templates", static_folder=str(STATIC), static_url_path="/static"
    )
    found.before_request(frame.note_feed)
    add_entrance(found)
    add_link_pages(found)
    add_work_pages(found)
    add_client_pages(found)
    add_inquiry_pages(found)
    add_find_page(found)
    add_booking_pages(found)
    add_payment_pages(found)
    add_why_page(found)
    add_audit_page(found)
    add_model_pages(found)
    add_people_pages(found)
    add_assets(found)
    found.add_url_rule("/language/<code>", "language", frame.language, methods=["GET", "POST"])
    found.add_url_rule("/theme/<name>", "theme", frame.theme, methods=["GET", "POST"])
    add_demo_clock(found)
    found.add_url_rule("/acts/undo", "undo", acts.undo, methods=["POST"])
    found.add_app_template_global(nothing)
    found.context_processor(frame.surroundings)
    return found
