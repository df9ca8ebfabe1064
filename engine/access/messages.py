"""Every mistake a role can hold by itself, one function each. Codes V650 to V669."""

from __future__ import annotations

from engine.diagnostics import Diagnostic, Place


def where_about_nothing(place: Place, permission: str) -> Diagnostic:
    area = permission.partition(".")[0]
    message = f'`where` has nothing to judge: no machine has the plural "{area}"'
    hint = "leave `where` out, or grant a permission of a machine"
    return Diagnostic("V650", "error", message, place, len(permission), hint)


def not_listable(place: Place, length: int, what: str) -> Diagnostic:
    message = f"a list cannot be made with this condition: {what}"
    hint = "say it another way; docs/conditions-in-sql.md lists what a database can judge"
    return Diagnostic("V651", "error", message, place, length, hint)
