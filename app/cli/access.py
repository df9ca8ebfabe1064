"""``virel access``: who may do and see what, and why."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from app.cli.given_json import AmbiguousError, read_json
from app.cli.options import CannotRun, Shared, loaded, print_json, shared_options, tell_unavailable

if TYPE_CHECKING:
    from engine.catalog import Catalog
    from engine.conditions.values import Timestamp


@click.group()
@shared_options
def access() -> None:
    """Who may do and see what, and why."""


@access.command()
@click.option("--actor", "actor_json", required=True, metavar="JSON", help='{"id", "roles", "queues"}.')
@click.option("--permission", required=True, metavar="P", help="Such as bookings.confirm.")
@click.option("--resource", "resource_json", metavar="JSON", help='{"type", "id", …}; related entities as objects.')
@click.option("--field", metavar="NAME", help="A field that the actor wants to write.")
@click.option("--now", "instant", metavar="INSTANT", help="The time of asking; by default the present.")
@shared_options
@click.pass_obj
def explain(
    shared: Shared, actor_json: str, permission: str, resource_json: str | None, field: str | None, instant: str | None
) -> int:
    """Say whether an actor may do something to an entity, and which line of which role says so."""
    from engine.access.decide import decide
    from engine.access.question import BadQuestion, ResourceReader, read_actor

    catalog = loaded(shared.config)
    try:
        actor = read_actor(_json(actor_json, "--actor"), catalog.roles)
        about = _machine_of(catalog, permission)
        machine, record, facts = None, None, None
        if resource_json is not None:
            reader = ResourceReader(catalog.machines, catalog.readers, catalog.vocabulary)
            machine, record, facts = reader.read(_json(resource_json, "--resource"))
        if about is not None and machine != about:
            found = f"the resource is a {machine}" if machine else "--resource names none"
            raise BadQuestion(f"{permission} is about a {about}, and {found}")
        if field is not None:
            _check_field(catalog, about, field)
    except BadQuestion as problem:
        raise CannotRun(str(problem)) from None
    roles = catalog.access.of(actor["roles"])
    decision = decide(roles, actor, permission, about, record if about else None, facts, _now(instant), field)
    tell_unavailable(catalog)
    if shared.format == "json":
        print_json(decision.as_json())
    else:
        _print(decision.as_json())
    return 0


def _json(text: str, option: str) -> Any:
    try:
        return read_json(text)
    except AmbiguousError as error:
        raise CannotRun(f"{option}: {error}") from None
    except ValueError as error:
        raise CannotRun(f"{option} is no JSON: {error}") from None


def _machine_of(catalog: Catalog, permission: str) -> str | None:
    """The machine that a permission is about; None for those of no machine, such as notifications.send."""
    from engine.access.question import BadQuestion
    from engine.catalog_permissions import unknown_permission

    named = [grant.permission for role in catalog.roles.values() for grant in role.grants]
    named += [t.permission for machine in catalog.machines.values() for t in machine.transitions.values()]
    problem = unknown_permission(permission, catalog.machines, named)
    if problem is not None:
        raise BadQuestion(problem)
    area = permission.partition(".")[0]
    return next((machine.id for machine in catalog.machines.values() if machine.plural == area), None)


def _check_field(catalog: Catalog, machine: str | None, field: str) -> None:
    from engine.access.question import BadQuestion
    from engine.diagnostics import did_you_mean

    if machine is None:
        raise BadQuestion(f'this permission is about no machine, and so about no field "{field}"')
    declared = catalog.machines[machine]
    known = sorted({*declared.fields, *declared.relations})
    if field not in known:
        hint = did_you_mean(field, known) or "the fields are " + ", ".join(known)
        raise BadQuestion(f'{machine} has no field "{field}"; {hint}')


def _now(instant: str | None) -> Timestamp:
    from engine.conditions.values import Timestamp

    if instant is None:
        return Timestamp(time.time_ns())
    try:
        return Timestamp.parse(instant)
    except ValueError:
        raise CannotRun(f'--now "{instant}" is no instant; write one such as 2026-03-27T10:00:00Z') from None


def _print(answer: dict[str, Any]) -> None:
    click.echo(f"{answer['decision']}: {answer['reason']}")
    if answer["file"] is not None:
        click.echo(f"  {answer['file']}:{answer['line']}")
    if answer["hidden"]:
        click.echo(f"  hidden: {', '.join(answer['hidden'])}")


@access.command()
@shared_options
@click.pass_obj
def matrix(shared: Shared) -> int:
    """Show what every role may do: by permission, state, whose the entity is, and field."""
    from engine.access.matrix import cells, granted_by_nobody
    from engine.access.table import matrix_text

    catalog = loaded(shared.config)
    tell_unavailable(catalog)
    if shared.format == "json":
        found = [cell.as_json() for cell in cells(catalog.access, catalog.machines)]
        print_json({"cells": found, "nobody": granted_by_nobody(catalog.access, catalog.machines)})
    else:
        click.echo(matrix_text(catalog.access, catalog.machines), nl=False)
    return 0
