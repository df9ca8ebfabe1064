"""The addresses of people, roles and one's own account."""

from __future__ import annotations

from flask import Blueprint

from app.web.pages.people import account, deeds, listing, looking, person, roles, why

BOTH = ("GET", "POST")


def add_people_pages(pages: Blueprint) -> None:
    """Adds /people and /me, and what is done to people and sign-ins."""
    pages.add_url_rule("/people", "people", listing.people)
    pages.add_url_rule("/people/new", "new_person", person.new, methods=BOTH)
    pages.add_url_rule("/people/roles", "roles", roles.roles)
    pages.add_url_rule("/people/why", "access_why", why.why)
    pages.add_url_rule("/people/preview", "begin_preview", looking.begin, methods=["POST"])
    pages.add_url_rule("/people/preview/end", "end_preview", looking.end, methods=["POST"])
    pages.add_url_rule("/people/<id>", "person", person.person, methods=BOTH)
    pages.add_url_rule("/acts/user/<id>/invite-again", "invite_again", deeds.invite_again, methods=["POST"])
    pages.add_url_rule("/acts/user/<id>/sign-ins/end", "end_sign_ins", deeds.end_sign_ins, methods=["POST"])
    pages.add_url_rule("/acts/user/<id>/sign-ins/<sign_in>/end", "end_sign_in", deeds.end_sign_in, methods=["POST"])
    pages.add_url_rule("/acts/user/<id>/<move>", "move_user", deeds.move, methods=["POST"])
    pages.add_url_rule("/me", "me", account.me, methods=BOTH)
    pages.add_url_rule("/me/sign-ins", "own_sign_ins", account.sign_ins)
    pages.add_url_rule("/me/password", "own_password", account.password, methods=["POST"])
    pages.add_url_rule("/acts/me/sign-ins/<sign_in>/end", "end_own_sign_in", account.end_sign_in, methods=["POST"])
