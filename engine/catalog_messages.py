"""Mistakes between documents, one function each. Codes V600 to V699."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.diagnostics import Diagnostic, Place, did_you_mean

NOT_CHECKED = "V611"


def unknown_role(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    roles = sorted(known)
    hint = did_you_mean(name, roles) or ("the roles are " + ", ".join(roles) if roles else "no role is declared")
    return Diagnostic("V601", "error", f'there is no role "{name}"', place, max(1, len(name)), hint)


def role_may_not(place: Place, role: str, permission: str, action: str) -> Diagnostic:
    hint = f"grant {permission} to {role}, or let the rule act as a role that has it"
    message = f"the rule acts as {role}, which may not do this: it lacks {permission}"
    return Diagnostic("V602", "error", message, place, len(action), hint)


def role_may_not_write(place: Place, role: str, permission: str, field: str, action: str) -> Diagnostic:
    hint = f'add "{field}" to `fields` of the grant of {permission}, or act as another role'
    message = f'the rule acts as {role}, which may not write "{field}"'
    return Diagnostic("V603", "error", message, place, len(action), hint)


def acts_as_nobody(place: Place) -> Diagnostic:
    hint = "add `acts_as: ROLE`, so that the rule may do only what that role may"
    return Diagnostic("V604", "warning", "the rule acts as no role", place, 1, hint)


def unknown_template(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    names = sorted(known)
    hint = did_you_mean(name, names) or ("the templates are " + ", ".join(names) if names else "add it to templates/")
    return Diagnostic("V605", "error", f'there is no template "{name}"', place, max(1, len(name)), hint)


def unknown_policy(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = did_you_mean(name, known) or "add it to rules/sla/"
    return Diagnostic("V606", "error", f'there is no SLA policy "{name}"', place, max(1, len(name)), hint)


def endless_loop(place: Place, rules: Sequence[str], steps: Sequence[str]) -> Diagnostic:
    who = "the rule sets itself off" if len(set(rules)) == 1 else "these rules set each other off"
    message = f"{who} for ever: " + " -> ".join(steps)
    hint = "add a condition that stops the round, or `run: {mode: once}` or a throttle to one of the rules"
    return Diagnostic("V607", "error", message, place, 1, hint, list(steps))


def slow_loop(place: Place, steps: Sequence[str]) -> Diagnostic:
    message = "this goes round for ever, with a delay each time: " + " -> ".join(steps)
    hint = "if it should end, add a condition that stops it"
    return Diagnostic("V608", "warning", message, place, 1, hint, list(steps))


def misspelt_permission(place: Place, name: str, meant: str, granted: bool) -> Diagnostic:
    message = f'the permission "{name}" looks misspelt' + (": nothing needs it" if granted else "")
    hint = f'did you mean "{meant}"?'
    return Diagnostic("V609", "warning", message, place, 1, hint)


def unknown_grant_field(place: Place, name: str, machine: str, known: Iterable[str]) -> Diagnostic:
    hint = did_you_mean(name, known)
    return Diagnostic("V610", "error", f'{machine} has no field "{name}"', place, 1, hint)


def not_checked(place: Place, length: int, name: str, file: str) -> Diagnostic:
    message = f"not checked: it speaks of {name}, which is unavailable"
    return Diagnostic(NOT_CHECKED, "warning", message, place, length, f"mend {file} first")


def permission_of_nothing(place: Place, permission: str, area: str) -> Diagnostic:
    message = f'nothing asks for "{permission}": no machine has the plural "{area}"'
    hint = "grant a permission of a machine, or take the grant out"
    return Diagnostic("V620", "warning", message, place, 1, hint)


def role_without_use(place: Place, role: str) -> Diagnostic:
    message = f"nobody can do anything as {role}: none of its grants can ever hold"
    return Diagnostic("V621", "warning", message, place, 1, "mend its grants, or remove the role")


def text_tells_hidden(place: Place, length: int, role: str, machine: str, field: str, entity: str) -> Diagnostic:
    message = f"the text tells {role} the {field} of a {machine}, which is hidden from it: it may read the {entity}"
    hint = f"leave {field} out of the text; whoever may see it finds it on the {machine} itself"
    return Diagnostic("V623", "error", message, place, length, hint)


def field_tells_hidden(
    place: Place, length: int, role: str, told: tuple[str, str], where: tuple[str, str]
) -> Diagnostic:
    message = (
        f"this tells {role} the {told[1]} of a {told[0]}, which is hidden from it: "
        f"it may read the {where[1]} of a {where[0]}"
    )
    hint = f"leave {told[1]} out, or hide {where[1]} from {role} too"
    return Diagnostic("V626", "error", message, place, length, hint)


def grant_never_holds(place: Place, permission: str) -> Diagnostic:
    message = f"the condition of this grant never holds: nobody is given {permission} by it"
    hint = "look at its states and at whom it asks for; or take the grant out"
    return Diagnostic("V624", "warning", message, place, 1, hint)


def nobody_gives_roles(place: Place) -> Diagnostic:
    message = "nobody may change who has which role: the last owner could not be replaced"
    hint = "grant users.update without `where`, and with the field `roles` if it has `fields`, to one role"
    return Diagnostic("V625", "warning", message, place, 1, hint)
