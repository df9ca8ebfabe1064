"""The clock of a demo: everybody sees what time its days have reached; owners and managers stop it and let it run faster.

The clock is this process's own. Where several processes serve a store (with Redis, docs/adr/0014) each has its own, so
none can be set: it would leave the others behind.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

from flask import Blueprint, Response, request
from flask_login import current_user, login_required
from werkzeug.exceptions import Forbidden, NotFound

from app.clock import ScaledClock
from app.road.problems import ProblemError
from app.web.context import caller, platform
from app.web.pages.acts import refused
from app.web.pages.frame import fragment
from app.web.wording.language import gettext as _
from app.web.wording.language import marked
from engine.conditions.values import Timestamp

LOG = logging.getLogger("virel.web")
SPEEDS = (1.0, 10.0, 60.0)
MASTERS = frozenset({"OWNER", "OPS_MANAGER"})
ALONE = marked("The demo’s clock is each process’s own, and several serve this store. Begin them with another --speed.")


@dataclass(frozen=True, slots=True)
class DemoClock:
    """What a page shows: the instant, how fast it goes on, how it went before it was stopped, and whether the visitor
    may set it.
    """

    now: Timestamp
    speed: float
    usual: float
    speeds: tuple[float, ...]
    settable: bool

    @property
    def milliseconds(self) -> int:
        """The instant as browsers count."""
        return int(self.now) // 1_000_000


def demo_clock() -> DemoClock | None:
    """The clock of the demo; None where time is nobody's to set."""
    clock = _clock()
    if clock is None:
        return None
    settable = platform().settings.redis is None and not MASTERS.isdisjoint(current_user.roles)
    speeds = tuple(sorted({*SPEEDS, clock.usual}))
    return DemoClock(clock.now(), clock.speed, clock.usual, speeds, settable)


def add_demo_clock(pages: Blueprint) -> None:
    """Adds /demo/clock, and lets templates ask for it by ``demo_clock``."""
    pages.add_url_rule("/demo/clock", "clock", _look)
    pages.add_url_rule("/demo/clock", "set_clock", _set, methods=["POST"])
    pages.add_app_template_global(demo_clock)


def _clock() -> ScaledClock | None:
    here = platform()
    return here.clock if here.settings.mode == "demo" and isinstance(here.clock, ScaledClock) else None


@login_required  # type: ignore[untyped-decorator]
def _look() -> Response:
    if _clock() is None:
        raise NotFound
    return fragment("clock.html")


@login_required  # type: ignore[untyped-decorator]
def _set() -> Response:
    clock, who = _clock(), caller()
    if clock is None:
        raise NotFound
    if MASTERS.isdisjoint(who.actor["roles"]):
        raise Forbidden
    if platform().settings.redis is not None:
        return refused(ProblemError(ALONE))
    given = request.form.get("speed", "")
    speed = next((one for one in (0.0, *SPEEDS, clock.usual) if _text(one) == given), None)
    if speed is None:
        return refused(ProblemError(marked("The demo’s clock does not run at this speed.")))
    clock.run(speed)
    LOG.info("%s set the demo's clock to speed %s", who.id, given)
    response = fragment("clock.html")
    response.headers["HX-Trigger"] = json.dumps({"said": {"text": _said(speed)}})
    return response


def _said(speed: float) -> str:
    if not speed:
        return _("The demo’s time stands still.")
    if speed == 1:
        return _("The demo runs in real time.")
    return _("The demo runs %(speed)s times as fast as real time.") % {"speed": _text(speed)}


def _text(speed: float) -> str:
    return f"{speed:g}"
