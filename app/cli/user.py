"""``virel user``: the people who work here, from the machine that the store is on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from app.cli.options import CannotRun, Shared, print_json, shared_options
from app.cli.store import data_option, migrated, settings_of

if TYPE_CHECKING:
    from app.bootstrap import Platform
    from app.road.road import StoredRoad

Command = TypeVar("Command", bound=Callable[..., Any])
Result = TypeVar("Result")


@click.group()
@shared_options
def user() -> None:
    """The people who work here: who they are, what they may do, whether they still come in."""


@user.command()
@click.argument("email")
@click.option("--name", metavar="TEXT", help="What the person is called.")
@click.option("--role", "roles", multiple=True, required=True, metavar="ROLE", help="A role; may come several times.")
@click.option("--queue", "queues", multiple=True, metavar="QUEUE", help="A queue of tasks; may come several times.")
@click.option("--locale", metavar="LANGUAGE", help="The language of letters, such as en or ru.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of inviting.")
@data_option
@shared_options
@click.pass_obj
def add(
    shared: Shared,
    email: str,
    name: str | None,
    roles: tuple[str, ...],
    queues: tuple[str, ...],
    locale: str | None,
    data: Path | None,
    *,
    password_stdin: bool,
) -> None:
    """Add a person: prints a link to choose a password by, which a letter brings too."""
    from app.identity import links, people

    values: dict[str, Any] = {"email": email, "name": name, "roles": list(roles), "queues": list(queues)}
    values = {key: value for key, value in {**values, "locale": locale}.items() if value}
    with _opened(data) as platform:
        identity = platform.identity
        chosen = _read_password([email, name or ""]) if password_stdin else None
        hash = identity.hasher.hash(chosen) if chosen is not None else None

        def work(road: StoredRoad) -> tuple[dict[str, Any], str | None]:
            made = people.add(road, values)
            if hash is None:
                return dict(made), links.give(identity, road, made["id"], links.INVITATION)
            links.set_password(identity, road, made["id"], hash)
            return dict(made), None

        made, secret = _run(platform, work)
    link = f"{identity.url.rstrip('/')}{links.INVITATION.path}#{secret}" if secret is not None else None
    if shared.format == "json":
        print_json({"id": made["id"], "email": made["email"], "link": link})
    else:
        click.echo(f"added {made['email']} ({', '.join(roles)})")
        if link is not None:
            click.echo(f"they choose a password here, once, within three days: {link}")


@user.command("list")
@data_option
@shared_options
@click.pass_obj
def list_(shared: Shared, data: Path | None) -> None:
    """Everybody, with roles and state."""
    import sqlalchemy as sa

    from app.store.entities import ENTITIES
    from app.store.identity import CREDENTIALS
    from app.store.statements import loaded

    users = ENTITIES["user"].c
    columns = [users.id, users.email, users.name, users.status, users.roles, users.queues]
    query = sa.select(*columns, CREDENTIALS.c.password.is_not(None).label("able"))
    query = query.join(CREDENTIALS, CREDENTIALS.c.user == users.id, isouter=True).order_by(users.email)
    with _opened(data) as platform, platform.database.connect() as connection:
        found = [dict(row) for row in connection.execute(query).mappings()]
    for row in found:
        row["roles"], row["queues"] = loaded(row["roles"]) or [], loaded(row["queues"]) or []
        row["status"] = row["status"] if row.pop("able") or row["status"] != "active" else "invited"
    if shared.format == "json":
        print_json({"users": found})
        return
    for row in found:
        queues = f" queues {', '.join(row['queues'])}" if row["queues"] else ""
        click.echo(f"{row['email'] or row['id']}  {row['status']}  {', '.join(row['roles'])}{queues}")
    if not found:
        click.echo("nobody works here yet: virel user add EMAIL --role OWNER")


@user.command()
@click.argument("email")
@click.argument("roles", nargs=-1, required=True, metavar="ROLE…")
@data_option
@shared_options
@click.pass_obj
def roles(shared: Shared, email: str, roles: tuple[str, ...], data: Path | None) -> None:
    """Give a person these roles, instead of the ones they had."""
    from app.identity import people

    with _opened(data) as platform:
        _run(platform, lambda road: people.change(road, _found(road, email), {"roles": list(roles)}))
    _said(shared, email, f"{email} is now {', '.join(roles)}", roles=list(roles))


@user.command()
@click.argument("email")
@click.option("--stdin", is_flag=True, help="Read the password from standard input, without asking twice.")
@data_option
@shared_options
@click.pass_obj
def password(shared: Shared, email: str, data: Path | None, *, stdin: bool) -> None:
    """Give a person a new password; every sign-in of theirs ends."""
    from app.identity import letters, links

    with _opened(data) as platform:
        identity = platform.identity
        id = platform.pipeline.read(_console(), lambda road: _found(road, email))
        chosen = _read_password([email]) if stdin else _ask_password([email])
        hash = identity.hasher.hash(chosen)

        def work(road: StoredRoad) -> None:
            links.set_password(identity, road, id, hash)
            letters.password_changed(identity, road, id)

        _run(platform, work)
    _said(shared, email, f"{email} has a new password, and is signed out everywhere")


@user.command()
@click.argument("email")
@data_option
@shared_options
@click.pass_obj
def deactivate(shared: Shared, email: str, data: Path | None) -> None:
    """Let a person in no longer: sign-ins end, what waited for them waits for whoever takes it."""
    from app.identity import people

    with _opened(data) as platform:
        identity = platform.identity
        _run(platform, lambda road: people.move(identity, road, _found(road, email), "deactivate"))
    _said(shared, email, f"{email} is let in no longer")


@contextmanager
def _opened(data: Path | None) -> Iterator[Platform]:
    """The platform of the environment's store. Raises CannotRun where there is none, or none with a release."""
    from app.bootstrap import bootstrap
    from app.road.problems import ProblemError

    try:
        settings = settings_of(data)
        migrated(settings)
        platform = bootstrap(settings)
        try:
            yield platform
        finally:
            platform.close()
    except (ProblemError, LookupError) as error:
        raise CannotRun(str(error.args[0]) if isinstance(error, LookupError) else str(error)) from None


def _console() -> Any:
    from app.road.caller import system

    return system("console")


def _run(platform: Platform, work: Callable[[StoredRoad], Result]) -> Result:
    return platform.pipeline.run(_console(), work)


def _found(road: StoredRoad, email: str) -> str:
    """The id of whoever has this address. Raises CannotRun with the nearest one."""
    import sqlalchemy as sa

    from app.identity.sign_in import address_of
    from app.store.entities import ENTITIES
    from engine.diagnostics import did_you_mean

    users = ENTITIES["user"].c
    known = {row.email: row.id for row in road.connection.execute(sa.select(users.email, users.id))}
    found: str | None = known.get(address_of(email))
    if found is None:
        hint = did_you_mean(email, [one for one in known if one])
        raise CannotRun(f'nobody here has the address "{email}"' + (f"; {hint}" if hint else ""))
    return found


def _read_password(about: list[str]) -> str:
    """The first line of standard input."""
    return _fit(sys.stdin.readline().rstrip("\r\n"), about)


def _ask_password(about: list[str]) -> str:
    return _fit(click.prompt("New password", hide_input=True, confirmation_prompt=True), about)


def _fit(chosen: str, about: list[str]) -> str:
    from app.identity.passwords import check_choice
    from app.road.problems import InvalidError

    try:
        check_choice(chosen, [text for text in about if text])
    except InvalidError as error:
        raise CannotRun(f"this password will not do: {error.faults[0].message}") from None
    return chosen


def _said(shared: Shared, email: str, sentence: str, **more: Any) -> None:
    if shared.format == "json":
        print_json({"email": email, **more})
    else:
        click.echo(sentence)
