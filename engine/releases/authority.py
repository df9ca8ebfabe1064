"""Whoever publishes a rule must hold the permissions that its actions need. Source: the language, ``acts_as``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.access.model import Role
from engine.automation.model import Rule
from engine.catalog import Catalog
from engine.diagnostics import Diagnostic, in_order
from engine.releases import messages

Need = tuple[str, "str | None"]
"""A permission, and the field it is needed for where there is one."""


def check_publisher(
    holding: Sequence[str], roles: Mapping[str, Role], old: Catalog | None, new: Catalog, changed: Iterable[str]
) -> tuple[Diagnostic, ...]:
    """What a publisher with these roles lacks for the rules that are ``changed`` or need something else than before.

    ``roles`` are those in force before the publication, so that no release can grant what publishing it takes. A grant
    for some objects only (``where``) is no permission to let a rule act on all. Who may act as the rule's own role
    holds what it needs.
    """
    found: list[Diagnostic] = []
    held = [roles[role] for role in holding if role in roles]
    for id in sorted({*changed, *_needing_more(old, new)}):
        rule = new.rules.get(id)
        if rule is None or rule.text.acts_as in holding:
            continue
        place = rule.text.acts_as_place
        length = len(rule.text.acts_as or "actions")
        for permission, field in needs(rule):
            if not any(_holds(role, permission, field) for role in held):
                what = permission if field is None else f'{permission} of "{field}"'
                found.append(messages.publisher_lacks(place, length, sorted(holding), what, rule.id))
    return tuple(in_order(found))


def needs(rule: Rule) -> list[Need]:
    """What a rule's actions need, each once."""
    actions = (action for bound in rule.bound.values() for action in bound.actions)
    return list(dict.fromkeys((action.permission, action.field) for action in actions))


def _needing_more(old: Catalog | None, new: Catalog) -> Iterable[str]:
    """Rules whose needs grew though their own text may be the same: a transition asks for another permission."""
    for id, rule in new.rules.items():
        before = old.rules.get(id) if old is not None else None
        if before is None or set(needs(rule)) - set(needs(before)) or before.text.acts_as != rule.text.acts_as:
            yield id


def _holds(role: Role, permission: str, field: str | None) -> bool:
    return any(
        grant.permission == permission
        and grant.where is None
        and (grant.fields is None or (field is not None and field in grant.fields))
        for grant in role.grants
    )
