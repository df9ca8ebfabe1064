"""What a browser says by itself on this page, in the reader's language: patterns with ``%(span)s`` and ``%(num)d``."""

from __future__ import annotations

from typing import Any

from app.web.wording.language import gettext as _
from app.web.wording.language import ngettext

SAMPLES = (1, 2, 5)
"""Numbers of which every form of a plural that our languages have is said by one."""


def patterns() -> dict[str, Any]:
    """Each pattern by its name; of one with a count, its form for each of ``SAMPLES``."""
    return {
        "left": _("%(span)s left"),
        "warned": _("%(span)s left, warned"),
        "late": _("%(span)s late"),
        "s": _("%(num)d s"),
        "min": _("%(num)d min"),
        "h": _("%(num)d h"),
        "d": _("%(num)d d"),
        "days": {str(number): ngettext("%(num)d day", "%(num)d days", number) for number in SAMPLES},
        "new": {str(number): ngettext("%(num)d new", "%(num)d new", number) for number in SAMPLES},
        "picked": {str(number): ngettext("%(num)d picked", "%(num)d picked", number) for number in SAMPLES},
        "place": _("%(at)d of %(all)d"),
        "settled": _("all can be settled"),
        "reasoned": _("to be settled with a reason"),
        "some": _("%(plain)d can be settled, %(reasoned)d with a reason"),
        "gone": _("Not here any more"),
        "forgotten": _("What you typed ahead was not done."),
        "unreached": _("This card could not be fetched. It comes as soon as there is a connection."),
    }
