"""Why something is not done, said to a person: fact, reason, next step."""

from __future__ import annotations

from app.road.problems import (
    BusyError,
    CollisionError,
    ForbiddenError,
    InvalidError,
    NotAllowedNowError,
    NotFoundError,
    ProblemError,
    StaleError,
)
from app.web.wording.language import gettext as _
from app.web.wording.said import said_of, sentence

STATUS: dict[type[ProblemError], int] = {
    NotFoundError: 404,
    ForbiddenError: 403,
    NotAllowedNowError: 409,
    CollisionError: 409,
    StaleError: 412,
    InvalidError: 422,
    BusyError: 503,
}


def refusal(error: ProblemError) -> tuple[int, str]:
    """The status of a refusal and its sentence in the reader's language."""
    status = next((number for kind, number in STATUS.items() if isinstance(error, kind)), 409)
    match error:
        case NotFoundError():
            return status, _("This is not here any more, or you may not see it.")
        case StaleError():
            return status, _("This has changed since the page showed it. Nothing was done; look again and decide anew.")
        case BusyError():
            return status, _("The store is busy. Nothing was changed; try again in a moment.")
        case InvalidError():
            return status, said_of(error)
    return status, sentence(str(error))
