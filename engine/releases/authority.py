"""Nobody gets by a publication what they do not have: by a rule that acts for them, or by a role that they edit.

Whoever publishes a rule must hold the permissions that its actions need. Source: the language, ``acts_as``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.access.model import Grant, Role, gives_roles
from engine.automation.model import Rule
from engine.catalog import Catalog
from engine.catalog_kinds import roots_of
from engine.conditions.block import Block, Line
from engine.diagnostics import Diagnostic, Place, in_order
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


def check_granting(
    holding: Sequence[str], before: Mapping[str, Role], after: Mapping[str, Role], changed: Iterable[Name]
) -> tuple[Diagnostic, ...]:
    """What a publisher with these roles may not grant, of what the ``changed`` roles grant beyond what they did.

    Granted may be what the publisher holds, at least as far: for all entities or under the same condition, with all
    the fields and hiding no more. Whoever may give roles may say what they grant. Roles are those ``before``.
    """
    held = [grant for role in holding if role in before for grant in before[role].grants]
    if any(map(gives_roles, held)):
        return ()
    found: list[Diagnostic] = []
    for kind, id in changed:
        if kind != "role" or id not in after:
            continue
        had = before[id].grants if id in before else ()
        for grant in after[id].grants:
            if not any(_covers(one, grant) for one in (*had, *held)):
                what = grant.permission
                if any(one.permission == what for one in (*had, *held)):
                    what = f"{what} as far as here"
                length = len(grant.permission)
                found.append(messages.publisher_may_not_grant(grant.place, length, sorted(holding), what, id))
    return tuple(in_order(found))


def _covers(held: Grant, grant: Grant) -> bool:
    """Whether a grant gives no more than one that is held."""
    return (
        held.permission == grant.permission
        and (held.where is None or (grant.where is not None and _said(held.where) == _said(grant.where)))
        and (held.fields is None or (grant.fields is not None and set(grant.fields) <= set(held.fields)))
        and set(held.hide) <= set(grant.hide)
    )


def _said(part: Block | Line) -> object:
    """A condition by what is written in it, wherever that stands."""
    if isinstance(part, Line):
        return part.scalar.text.strip()
    return (part.kind, tuple(_said(one) for one in part.parts))


def check_last_owner(old: Catalog, new: Catalog) -> Iterator[Diagnostic]:
    """Where somebody could give roles, somebody still can."""
    last = [role for role in old.roles.values() if any(map(gives_roles, role.grants))]
    if not last or any(gives_roles(grant) for role in new.roles.values() for grant in role.grants):
        return
    for role in last:
        root = roots_of(new.documents, "role").get(role.id)
        if root is None:
            yield messages.nobody_left_to_give_roles(Place(role.place.file, 1, 1), 1, role.id)
        else:
            key = root.key("grants")
            yield messages.nobody_left_to_give_roles(key.place, key.length, role.id)


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
