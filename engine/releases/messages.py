"""What keeps a release from being published, one function a mistake. Codes V960 to V969 and V990 to V999."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.diagnostics import Diagnostic, Place, did_you_mean


def document_removed(file: str, kind: str, id: str) -> Diagnostic:
    message = f"this would remove the {kind} {id}, which is live and not in the folder"
    hint = (
        f"if that is meant, publish with --remove {file}, or with --base and the release that the folder began from; "
        "else take it over, `virel release diff --text` shows it"
    )
    return Diagnostic("V960", "error", message, Place(file, 1, 1), 1, hint)


def nobody_left_to_give_roles(place: Place, length: int, role: str) -> Diagnostic:
    message = f"with this nobody may change who has which role any more: {role} was the last who could"
    hint = "grant users.update without `where`, and with the field `roles` if it has `fields`, to one role"
    return Diagnostic("V961", "error", message, place, length, hint)


def publisher_may_not_grant(place: Place, length: int, roles: Sequence[str], what: str, role: str) -> Diagnostic:
    hint = "have it published by somebody who holds this, or who may give roles (users.update for all users)"
    message = f"whoever publishes this must hold {what} to grant it to {role}, and {_listed(roles)} does not"
    return Diagnostic("V962", "error", message, place, length, hint)


def changed_by_both(place: Place, length: int, here: str, there: str) -> Diagnostic:
    message = f"this was changed by two people: here {here}; there {there}"
    hint = "take over what is live, write your change into it, and publish that"
    return Diagnostic("V963", "error", message, place, length, hint)


def version_goes_back(place: Place, length: int, version: int, last: int, *, interrupted: bool = False) -> Diagnostic:
    hint = (
        f"this may be an older copy: see with `virel release diff` what is live; then write version {last}, "
        "and publishing raises it"
    )
    if interrupted:
        name = place.file.rpartition("/")[2]
        hint = (
            f"a publication was interrupted here, .{name}.publishing is left of it: see with `virel release diff` what is "
            f"live and keep what you changed since; then write version {last}, and publishing raises it"
        )
    message = f"the version goes back: this is {version}, and {last} has been published"
    return Diagnostic("V990", "error", message, place, length, hint)


def version_jumps(place: Place, length: int, version: int, last: int) -> Diagnostic:
    hint = f"write {last}, and publishing makes it {last + 1}; or leave it, and the versions between are never used"
    message = f"the version jumps from {last} to {version}"
    return Diagnostic("V991", "warning", message, place, length, hint)


def publisher_lacks(place: Place, length: int, roles: Sequence[str], what: str, rule: str) -> Diagnostic:
    hint = "have it published by somebody who may do this, or let the rule do less"
    message = f"whoever publishes {rule} must hold {what}, and {_listed(roles)} does not without a condition"
    return Diagnostic("V992", "error", message, place, length, hint)


def state_vanishes(place: Place, machine: str, state: str, rows: Sequence[str], states: Iterable[str]) -> Diagnostic:
    targets = ", ".join(states)
    hint = f"say where they go: --migrate '{{\"{state}\": STATE}}', STATE being one of {targets}"
    message = f'{_rows(machine, rows)} in the state "{state}", which would vanish'
    return Diagnostic("V993", "error", message, place, len("states"), hint, list(rows[:10]))


def machine_vanishes(file: str, machine: str, rows: Sequence[str]) -> Diagnostic:
    hint = f"keep {file}: there is no way to move entities from one machine to another"
    message = f"{_rows(machine, rows)}, and the machine {machine} would vanish"
    return Diagnostic("V994", "error", message, Place(file, 1, 1), 1, hint, list(rows[:10]))


def no_such_state_vanishes(
    place: Place, length: int, state: str, vanishing: Iterable[str], machine: str | None
) -> Diagnostic:
    states = sorted(vanishing)
    hint = did_you_mean(state, states) or (
        f"the states that vanish are {', '.join(states)}" if states else "no state vanishes in this release"
    )
    where = f"{machine} does not lose" if machine else "no machine loses"
    return Diagnostic("V995", "error", f'{where} a state "{state}"', place, length, hint)


def no_such_target(place: Place, length: int, state: str, machine: str, states: Iterable[str]) -> Diagnostic:
    known = list(states)
    hint = did_you_mean(state, known) or f"its states are {', '.join(known)}"
    return Diagnostic("V996", "error", f'{machine} has no state "{state}" to move to', place, length, hint)


def not_a_migration(place: Place, length: int) -> Diagnostic:
    hint = "write {OLD: NEW}, or {MACHINE: {OLD: NEW}} where two machines lose a state of one name"
    return Diagnostic(
        "V997", "error", "a migration maps each state that vanishes to one that stays", place, length, hint
    )


def no_such_machine(place: Place, length: int, name: str, known: Iterable[str]) -> Diagnostic:
    machines = sorted(known)
    hint = did_you_mean(name, machines) or f"the machines are {', '.join(machines)}"
    return Diagnostic("V998", "error", f'there is no machine "{name}"', place, length, hint)


def locale_missing(place: Place, length: int, channel: str, locale: str) -> Diagnostic:
    hint = f"add `{locale}:` to {channel}; this release asks every template for it"
    return Diagnostic("V999", "error", f"{channel} says nothing in {locale}", place, length, hint)


def _rows(machine: str, rows: Sequence[str]) -> str:
    if len(rows) == 1:
        return f"1 entity of {machine} stands"
    return f"{len(rows):,} entities of {machine} stand"


def _listed(roles: Sequence[str]) -> str:
    return " with ".join(roles) if roles else "nobody"
