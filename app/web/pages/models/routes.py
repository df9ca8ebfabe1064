"""The addresses of models."""

from __future__ import annotations

from flask import Blueprint

from app.web.pages.models import editing, listing, profile


def add_model_pages(pages: Blueprint) -> None:
    """Adds /models with its profiles, forms and pictures, and what is done to a model."""
    pages.add_url_rule("/models", "models", listing.models)
    pages.add_url_rule("/models/new", "new_model", editing.new, methods=["GET", "POST"])
    pages.add_url_rule("/models/<id>", "model", profile.model)
    pages.add_url_rule("/models/<id>/edit", "edit_model", editing.edit, methods=["GET", "POST"])
    pages.add_url_rule("/models/<id>/pictures", "model_pictures", profile.pictures)
    pages.add_url_rule("/acts/model/<id>/<move>", "move_model", profile.move, methods=["POST"])
