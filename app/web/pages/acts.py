"""What a click or a key does: one command on the road, told to the page in a header, in the reader's words.

An act answers without a body; ``HX-Trigger`` carries what is to be said (`said`: a text, and the command that can be undone;
`refused`: why not, with a link to who was there first). The lists and cards then follow by the live feed, as everybody else's do.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

from flask import Response, request

from app.commands.undo import undo as take_back
from app.road.problems import CollisionError, ProblemError
from app.road.road import StoredRoad
from app.web.answers import Answer, change
from app.web.context import platform, undo_window
from app.web.pages.addresses import address
from app.web.pages.refusals import refusal
from app.web.wording.language import gettext as _
from app.web.wording.words import word


def act(work: Callable[[StoredRoad], str], *, undoable: bool = True) -> Response:
    """Carries ``work`` out once; the text that it gives is what the page says. With an ``Idempotency-Key`` a second
    click of the same does nothing.
    """

    def done(road: StoredRoad) -> Answer:
        return Answer(200, {"text": work(road)})

    try:
        made = change(done, undo_window=undoable)
    except ProblemError as error:
        return refused(error)
    if made.status_code >= 400:
        return made
    told = {"said": {"text": (made.get_json() or {}).get("text", "")}}
    root = made.headers.get("Virel-Undo")
    if root is not None:
        told["said"] |= {"undo": root, "seconds": platform().settings.undo_seconds}
    response = Response(status=204)
    response.headers["HX-Trigger"] = json.dumps(told)
    return response


TOLD_COOKIE = "said"


def told_there(response: Response, text: str, root: str | None = None) -> Response:
    """Has the page that an answer leads to say what was done, with its Undo where ``root`` names the command."""
    told: dict[str, object] = {"text": text}
    if root is not None:
        told |= {"undo": root, "seconds": platform().settings.undo_seconds}
    value = quote(json.dumps(told), safe="")
    response.set_cookie(TOLD_COOKIE, value, max_age=30, path="/", secure=request.is_secure, samesite="Lax")
    return response


def refused(error: ProblemError) -> Response:
    """Why an act was not carried out, with nothing changed."""
    status, text = refusal(error)
    response = Response(status=status)
    told: dict[str, str] = {"text": text}
    if isinstance(error, CollisionError) and error.winner is not None:
        machine, id, code = error.winner
        there = address(machine, id)
        if there:
            told |= {"href": there, "name": code or word("kind", machine)}
    response.headers["HX-Trigger"] = json.dumps({"refused": told})
    return response


def unsure(question: str, means: int) -> Response:
    """Asks once more before something that can hardly be meant; the same sent with ``sure`` as told is carried out."""
    response = Response(status=409)
    response.headers["HX-Trigger"] = json.dumps({"refused": {"text": question, "sure": str(means)}})
    return response


def undo() -> Response:
    """Takes a command of one's own back, within its window."""
    root = request.form.get("command", "")[:500]
    window = undo_window()

    def work(road: StoredRoad) -> str:
        take_back(road, root, window)
        return _("Undone.")

    return act(work, undoable=False)


def version() -> int | None:
    """The version of the entity that the page showed, from the field ``version``; None without one."""
    given = request.form.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else None
