"""A hidden field is nowhere: values that exist once are searched for in everything that is made for a role.

Whoever may see all of it finds each of them, so that the search is not blind.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.access.decide import decide
from engine.access.fields import hidden_among, visible
from engine.access.grants import CheckedGrant, CheckedRoles, RoleSet
from engine.access.listing import listed
from engine.access.model import Role
from engine.access.sight import Sight
from engine.automation.scope import entity_scope
from engine.catalog import Catalog, load
from engine.catalog_hidden import check_hidden
from engine.conditions import sql
from engine.conditions.block import Line
from engine.conditions.check import check_condition
from engine.conditions.condition import Condition
from engine.conditions.reads import FieldRead
from engine.conditions.types import STRING, TIMESTAMP, EntityType, StateType, Type
from engine.conditions.values import Timestamp
from engine.diagnostics import Place
from engine.events.envelope import WireEvent, decode
from engine.matching.rank import rank
from engine.matching.veil import veiled as veiled_ranking
from engine.reading.nodes import Scalar
from engine.reading.source import Source
from engine.simulation import deadline, dryrun
from engine.simulation.facts import at_the_end
from engine.templates.model import Facts
from engine.templates.render import render
from engine.templates.veil import veiled as veiled_message

FOLDER = Path(__file__).parents[2] / "cases" / "hidden"
PLACE = Place("rules/access/DESK.yaml", 1, 1)
ME = {"id": "us_1", "roles": ["DESK"], "queues": []}
FIELDS = {
    "job": ("secret", "fee", "count", "details", "tags", "notes", "copy", "sum", "due", "client", "keeper", "assignee"),
    "client": ("name", "phone", "rating", "note"),
    "part": ("label", "price", "mark", "job"),
}
# What the rules above write from what: who may not see the one may not see the other, or `virel check` objects.
WRITTEN = {
    ("job", "copy"): (("job", "secret"), ("job", "fee")),
    ("job", "sum"): (("job", "count"),),
    ("client", "note"): (("job", "secret"), ("job", "client")),
    ("part", "mark"): (("part", "label"),),
}


@cache
def loaded() -> Catalog:
    found = load(FOLDER)
    assert [one for one in found.diagnostics if one.severity == "error"] == []
    return found


@dataclass
class Marked:
    """Facts of which every value exists once: events, and the words that would give each field away."""

    events: list[dict[str, Any]]
    words: dict[tuple[str, str], list[str]]


def marked(seed: int) -> Marked:
    """A job, its client and two parts."""
    rng = random.Random(seed)
    words: dict[tuple[str, str], list[str]] = {}

    def text(machine: str, name: str) -> str:
        word = f"{rng.choice('bcdfgh')}{rng.randrange(10**12):012}z"
        words.setdefault((machine, name), []).append(word)
        return word

    def number(machine: str, name: str, *derived: int) -> int:
        value = 8 * 10**10 + rng.randrange(10**8, 10**10)
        words.setdefault((machine, name), []).extend(str(one) for one in (value, *(value + d for d in derived)))
        return value

    def money(machine: str, name: str) -> dict[str, Any]:
        return {"amount": number(machine, name), "currency": "EUR"}

    def entity(machine: str, id: str, **values: Any) -> dict[str, Any]:
        source = {"id": f"e-{id}", "type": f"{machine}.created", "subject": id, "source": "test", "specversion": "1.0"}
        return {**source, "time": "2026-03-01T10:00:00Z", "data": values}

    ids = {name: text(*key) for name, key in (("client", ("job", "client")), ("keeper", ("job", "keeper")))}
    due = f"2026-0{rng.randrange(4, 9)}-{rng.randrange(10, 28)}T{rng.randrange(10, 20)}:{rng.randrange(10, 60)}:37Z"
    words["job", "due"] = [due]
    job: dict[str, Any] = {
        "secret": text("job", "secret"),
        "fee": money("job", "fee"),
        "count": number("job", "count", 1),
        "details": {"a": {"b": [text("job", "details"), number("job", "details")]}},
        "tags": [text("job", "tags"), text("job", "tags")],
        "notes": text("job", "notes"),
        "due": due,
        **ids,
    }
    words["job", "count"].append(str(2 * job["count"]))
    rating = number("client", "rating", -3)
    client = {"name": text("client", "name"), "phone": text("client", "phone"), "rating": rating}
    low = {"name": "Low", "phone": "7", "rating": rng.randrange(10)}
    parts = [{"label": text("part", "label"), "price": money("part", "price"), "job": "jb_1"} for _ in "12"]
    later = {"secret": text("job", "secret"), "fee": money("job", "fee")}
    events = [
        entity("user", ids["keeper"], name="Somebody"),
        entity("client", ids["client"], **client),
        entity("client", "cl_low", **low),
        entity("job", "jb_1", **job),
        *(entity("part", text("part", "job"), **part) for part in parts),
    ]
    subject = {"subject": "jb_1", "source": "test", "specversion": "1.0", "time": "2026-03-02T10:00:00Z"}
    changes = {"secret": [job["secret"], later["secret"]], "notes": [job["notes"], text("job", "notes")]}
    events += [
        {"id": "e-priced", "type": "job.priced", "data": later, **subject},
        {"id": "e-updated", "type": "job.updated", "data": {}, "changes": changes, **subject},
        {"id": "e-moved", "type": "job.status_changed", "data": {"to": "done"}, **subject},
        {"id": "e-unfit", "type": "job.created", "data": {"count": text("job", "count")}, **subject},
    ]
    return Marked(events, words)


def wires(found: Marked) -> list[WireEvent]:
    return [decode(json.dumps(one).encode()) for one in found.events]


def where(catalog: Catalog, machine: str, text: str) -> Condition:
    scalar = Scalar(Source("rules/access/DESK.yaml", text), 0, len(text), text, "")
    condition, found = check_condition(Line(scalar), entity_scope(catalog.vocabulary, machine))
    assert condition is not None, found
    return condition


WHERES = (None, None, 'job.secret == "x"', "job.keeper.id == actor.id", "job.count > 3 && int(job.secret) > 4")


def role_of(catalog: Catalog, hides: dict[str, list[tuple[str | None, set[str]]]]) -> CheckedRoles:
    """One role with these reading grants (``where``, ``hide``) by machine, which may also finish jobs."""
    grants: list[CheckedGrant] = []
    for machine, reading in hides.items():
        for text, hide in reading:
            condition = where(catalog, machine, text.replace("job.keeper.id", "job.id")) if text else None
            permission = f"{catalog.machines[machine].plural}.read"
            grants.append(CheckedGrant("DESK", permission, machine, condition, frozenset(hide), None, PLACE))
    for text in (
        'job.secret == "x" || job.fee.amount == 3 || job.parts.exists(p, p.label == "x")',
        "int(job.secret) > 3 || int(job.client.phone) > 3",
        "job.count == 1 && size(job.tags) > 7",
        'job.tags.exists(t, t == "x") || (has(job.notes) && job.notes == "x")',
        'job.client.name == "x" || job.due < now',
    ):
        grants.append(CheckedGrant("DESK", "jobs.finish", "job", where(catalog, "job", text), frozenset(), None, PLACE))
    return CheckedRoles({"DESK": Role("DESK", 1, "", (), PLACE)}, {"DESK": tuple(grants)})


def closed(hides: dict[str, list[tuple[str | None, set[str]]]]) -> dict[str, list[tuple[str | None, set[str]]]]:
    """The same, with what is written from something hidden hidden too."""

    def hidden(machine: str, name: str) -> bool:
        return machine in hides and any(name in hide for _, hide in hides[machine])

    for (machine, name), sources in WRITTEN.items():
        if machine in hides and any(source[0] not in hides or hidden(*source) for source in sources):
            for _, hide in hides[machine]:
                hide.add(name)
    return hides


def outputs(catalog: Catalog, roles: RoleSet, found: Marked) -> Iterator[tuple[str, Any]]:
    """Everything that is made for a role by what its roles see, each under a name."""
    sight = Sight(roles)
    events = wires(found)
    history, asked = events[:-4], events[-4:]
    for event in (next(one for one in events if one.type == "job.created"), *asked):
        yield f"dry run of {event.id}", dryrun.explain(catalog, event, history, roles)
    simulation = at_the_end(catalog, history, None)
    world, now = simulation.world, Timestamp(simulation.now + 3_600_000_000_000)
    job = world.tables["job"]["jb_1"]
    matching = catalog.matchings["clients"]
    # A ranking names its candidates whoever's job it is.
    candidates = [{**one, "id": f"cl_{number}"} for number, one in enumerate(world.tables["client"].values())]
    ranking = rank(matching, job, candidates, now, ME, world)
    yield "ranking", veiled_ranking(ranking, sight).as_json()
    template = catalog.templates["told"]
    for channel in ("email", "in_app", "sms"):
        for locale in ("en", "ru", "de"):
            said = render(template, channel, locale, Facts(job, world))
            yield f"{channel} in {locale}", veiled_message(template, said, sight).as_json()
    yield "deadline", deadline.explain(catalog, history, "in-time", "jb_1", None, roles)
    for permission in ("jobs.read", "jobs.finish", "jobs.close"):
        decision = decide(roles, ME, permission, "job", job, world, now)
        yield f"decision on {permission}", decision.as_json()
    plurals = {machine.id: machine.plural for machine in catalog.machines.values()}
    for machine, names in FIELDS.items():
        for name in names:
            refused = hidden_among(roles, plurals, [FieldRead(machine, name)])
            yield "filter", refused.reason if refused is not None else ""


SEPARATORS = re.compile(r"(?<=\d)[,.\s\u00a0\u202f](?=\d)")


def told(output: Any, word: str) -> bool:
    """Whether a word is in an output, also as a number that is written with separators."""
    text = json.dumps(output, ensure_ascii=False, default=str)
    return word in text or word in SEPARATORS.sub("", text)


def grants_of(machine: str, wheres: tuple[str | None, ...]) -> st.SearchStrategy[list[tuple[str | None, set[str]]]]:
    one = st.tuples(st.sampled_from(wheres), st.sets(st.sampled_from(FIELDS[machine])))
    return st.lists(one, min_size=1, max_size=2)


HIDES = st.fixed_dictionaries(
    {"job": grants_of("job", WHERES)},
    optional={"client": grants_of("client", (None,)), "part": grants_of("part", (None,))},
)


@settings(max_examples=150)
@given(seed=st.integers(0, 10**6), hides=HIDES)
def test_what_is_hidden_from_a_role_is_in_nothing_that_it_is_shown(
    seed: int, hides: dict[str, list[tuple[str | None, set[str]]]]
):
    catalog = loaded()
    checked = role_of(catalog, closed(hides))
    documents: list[Any] = []
    assert list(check_hidden(checked, catalog.machines, catalog.rules.values(), {}, documents)) == []
    roles = checked.of(["DESK"])
    found = marked(seed)
    for what, output in outputs(catalog, roles, found):
        for (machine, name), words in found.words.items():
            if not roles.sees(FieldRead(machine, name)):
                for word in words:
                    assert not told(output, word), f"{what} tells {machine}.{name}"


def test_whoever_may_see_everything_is_told_everything():
    """Else the search above could be blind: each value, and each number made from one, is found by it."""
    catalog = loaded()
    seeing: dict[str, list[tuple[str | None, set[str]]]] = {
        machine: [(None, set())] for machine in (*FIELDS, "task", "exception", "user")
    }
    roles = role_of(catalog, seeing).of(["DESK"])
    found = marked(1)
    shown = [output for _, output in outputs(catalog, roles, found)]
    missing = [key for key, words in found.words.items() for word in words if not any(told(o, word) for o in shown)]
    assert missing == []
    assert json.dumps(shown, default=str).count('"hidden"') == json.dumps(shown, default=str).count('"hidden": []')


def columns_of(catalog: Catalog, machine: str) -> dict[str, Type]:
    known = catalog.machines[machine]
    standard: dict[str, Type] = {"id": STRING, "status": StateType(machine)}
    standard |= dict.fromkeys(("created_at", "updated_at", "status_since"), TIMESTAMP)
    standard |= {name: EntityType(to.machine) for name, to in known.relations.items()}
    return standard | {name: one.type for name, one in known.fields.items()}


LISTABLE = (None, 'job.secret == "x"', "job.id == actor.id", "job.count > 3", 'has(job.notes) && job.notes < "e"')


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), reading=grants_of("job", LISTABLE), permission=st.sampled_from(["read", "finish"]))
def test_a_list_holds_of_each_row_what_its_own_decision_shows(
    seed: int, reading: list[tuple[str | None, set[str]]], permission: str
):
    catalog = loaded()
    grants = tuple(
        CheckedGrant(
            "DESK", "jobs.read", "job", where(catalog, "job", text) if text else None, frozenset(hide), None, PLACE
        )
        for text, hide in reading
    )
    finishing = CheckedGrant("DESK", "jobs.finish", "job", None, frozenset(), None, PLACE)
    roles = CheckedRoles({"DESK": Role("DESK", 1, "", (), PLACE)}, {"DESK": (*grants, finishing)}).of(["DESK"])
    found = marked(seed)
    world = at_the_end(catalog, wires(found)[:-4], None).world
    job = {k: v for k, v in world.tables["job"]["jb_1"].items() if v is not None}
    fields = columns_of(catalog, "job")
    database = sa.create_engine("sqlite://")
    table = sa.Table("job", sa.MetaData(), *sql.columns(fields, "sqlite"))
    with database.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [sql.row(job, fields)])
        store = sql.Store("sqlite", {"job": table})
        query = listed(roles, ME, f"jobs.{permission}", "job", store, Timestamp(0), [("id", False)], 10)
        rows = [dict(row._mapping) for row in connection.execute(query)]
    database.dispose()
    decision = decide(roles, ME, "jobs.read", "job", job, world, Timestamp(0))
    if permission == "read":
        assert len(rows) == decision.allowed
    seen = visible(decision, job) or {"id": "jb_1"}
    assert rows == ([sql.row(seen, fields)] if rows else [])
    for (machine, name), words in found.words.items():
        if machine == "job" and name not in seen:
            assert not any(told(rows, word) for word in words)
