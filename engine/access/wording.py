"""Decisions in words: the line that decides, and one sentence that a person on the phone can repeat."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from engine.access.sight import Sight
from engine.conditions.explain import LineVerdict
from engine.conditions.group import Group
from engine.conditions.veil import HIDDEN, veiled
from engine.diagnostics import Place

if TYPE_CHECKING:
    from engine.access.decide import Decision, Doubt
    from engine.access.grants import CheckedGrant, RoleSet


def allowing(grant: CheckedGrant) -> str:
    """Why something is allowed."""
    return f"{grant.role} grants {grant.permission}" + ("" if grant.where is None else ", and its condition holds")


def refusing(decision: Decision) -> tuple[Place | None, str]:
    """Why something is refused, and the line that refuses it."""
    if decision.doubts:
        place, said = _of_doubt(decision.doubts[0], decision.roles)
        others = [_of_doubt(doubt, decision.roles)[1] for doubt in decision.doubts[1:]]
        return place, "; ".join((said, *dict.fromkeys(other for other in others if other != said)))
    grant = decision.grant
    if grant is not None and grant.fields is not None:
        allowed = ", ".join(sorted(decision.writable or ())) or "nothing"
        words = f'{grant.role} grants {grant.permission} for {allowed} only; "{decision.field}" is not among them'
        return grant.place, words
    return _of_nobody(decision)


def _of_nobody(decision: Decision) -> tuple[Place | None, str]:
    roles, permission = decision.roles, decision.permission
    if not roles.names:
        return None, f"the actor has no role, and {permission} is granted by roles only"
    place = next(iter(roles.places.values()), None)
    if any(grant.machine != decision.machine for grant in roles.grants.get(permission, ())):
        about = f"a {decision.machine}" if decision.machine else "nothing in particular"
        return place, f"{permission} is no permission on {about}"
    whole = [name for name in roles.names if name not in roles.lost]
    said = [f"{_listed(whole)} {'does' if len(whole) == 1 else 'do'} not grant {permission}"] if whole else []
    if roles.lost:
        be = "is" if len(roles.lost) == 1 else "are"
        said.append(f"{_listed(roles.lost)} {be} unavailable and {'grants' if be == 'is' else 'grant'} nothing")
    return place, "; ".join(said)


def _of_doubt(doubt: Doubt, roles: RoleSet) -> tuple[Place, str]:
    grant = doubt.grant
    where = grant.where
    assert where is not None
    lines = veiled(doubt.explain().lines, where.explained, where, Sight(roles))
    line = lines[deciding(where.group, lines)]
    head = f"{grant.role} grants {grant.permission} only where its condition holds"
    if line.error is not None:
        why = "it rests on what is hidden" if line.error is HIDDEN else line.error
        return line.place, f"{head}, which cannot be judged: {line.expression}: {why}"
    values = ", ".join(f"{leaf} is {_shown(value)}" for leaf, value in line.values.items())
    fact = f"{line.expression} is {'true' if line.verdict == 'met' else 'false'}"
    return line.place, f"{head}: {fact}" + (f" ({values})" if values else "")


def deciding(group: Group | int, lines: list[LineVerdict], wanted: str = "met") -> int:
    """The number of the line that keeps a group from being ``wanted``."""
    if isinstance(group, int):
        return group
    inner = {"met": "unmet", "unmet": "met"}[wanted] if group.kind == "none" else wanted
    standing = [part for part in group.parts if not _is(part, lines, inner)] or list(group.parts)
    errored = [part for part in standing if not _is(part, lines, {"met": "unmet", "unmet": "met"}[inner])]
    return deciding((errored or standing)[0], lines, inner)


def _is(group: Group | int, lines: list[LineVerdict], verdict: str) -> bool:
    """Whether a group has this verdict; one that is errored has neither."""
    if isinstance(group, int):
        return lines[group].verdict == verdict
    met = verdict == "met"
    if group.kind == "none":
        met = not met
    part = "met" if met else "unmet"
    if (group.kind == "all") == met:
        return all(_is(one, lines, part) for one in group.parts)
    return any(_is(one, lines, part) for one in group.parts)


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _shown(value: object) -> str:
    if value is HIDDEN:
        return HIDDEN
    return "missing" if value is None else json.dumps(value, ensure_ascii=False)
