"""Whoever publishes a rule must hold the permissions that its actions need. Source: the language, ``acts_as``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.access.model import Role
from engine.automation.model import Rule
from engine.catalog import Catalog
from engine.diagnostics import Diagnostic, in_order
from engine.releases import messages
from engine.releases.content import Name

Need = tuple[str, "str | None"]
"""A permission, and the field it is needed for where there is one."""


def check_publisher(
    holding: Sequence[str], roles: Mapping[str, Role], old: Catalog | None, new: Catalog, changed: Iterable[Name]
) -> tuple[Diagnostic, ...]:
    """What a publisher with these roles lacks for the rules and policies that are ``changed`` (by kind and id) or need
    something else than before.

    ``roles`` are those in force before the publication, so that no release can grant what publishing it takes. A grant
    for some objects only (``where``) is no permission to let a rule act on all. Who may act as the rule's own role
    holds what it needs.
    """
    found: list[Diagnostic] = []
    held = [roles[role] for role in holding if role in roles]
    acting, before = acting_of(new), acting_of(old) if old is not None else {}
    edited = set(changed)
    for name, rules in acting.items():
        for rule in rules:
            known = needs(*before.get(name, ()))
            grew = set(needs(rule)) - set(known) or rule.text.acts_as not in {
                one.text.acts_as for one in before.get(name, ())
            }
            if rule.text.acts_as in holding or not (name in edited or grew):
                continue
            place = rule.text.acts_as_place
            length = len(rule.text.acts_as or "actions")
            for permission, field in needs(rule):
                if not any(_holds(role, permission, field) for role in held):
                    what = permission if field is None else f'{permission} of "{field}"'
                    found.append(messages.publisher_lacks(place, length, sorted(holding), what, name[1]))
    return tuple(in_order(found))


def acting_of(catalog: Catalog) -> dict[Name, list[Rule]]:
    """What acts by itself: rules, and the steps of policies' escalations."""
    found: dict[Name, list[Rule]] = {("rule", id): [rule] for id, rule in catalog.rules.items()}
    for id, policy in catalog.policies.items():
        found["sla", id] = [step.bound.rule for step in policy.steps]
    return found


def needs(*rules: Rule) -> list[Need]:
    """What the actions of rules need, each once."""
    actions = (action for rule in rules for bound in rule.bound.values() for action in bound.actions)
    return list(dict.fromkeys((action.permission, action.field) for action in actions))


def _holds(role: Role, permission: str, field: str | None) -> bool:
    return any(
        grant.permission == permission
        and grant.where is None
        and (grant.fields is None or (field is not None and field in grant.fields))
        for grant in role.grants
    )
