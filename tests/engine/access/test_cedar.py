"""The decisions recorded with another language's example policies, by documents that say the same in ours."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.access.decide import decide
from engine.access.question import ResourceReader, read_actor
from engine.catalog import Catalog, load
from engine.conditions.values import Timestamp

CASES = Path(__file__).parents[2] / "cases" / "access" / "cedar"
NOT_SAID = {"tags_n_roles": 3, "tax_preparer": 5, "sales_orgs/templated (a link that the case does not hold)": 1}
"""How many decisions cannot be said, by set; the README beside the documents says why."""

Case = dict[str, Any]
Entities = dict[str, Case]


def reference(value: Any) -> Any:
    """``{"type", "id"}`` of an entity, however it is wrapped; any other value as it is."""
    return value.get("__entity", value) if isinstance(value, dict) else value


def id_of(text: str) -> str:
    return text.rsplit("::", maxsplit=1)[-1].strip('"')


def entities_of(case: Case) -> Entities:
    return {reference(entity["uid"])["id"]: entity for entity in case["entities"]}


def groups(entities: Entities, id: str) -> Iterator[str]:
    """Every group that an entity belongs to, directly or by another."""
    for parent in entities.get(id, {"parents": []})["parents"]:
        yield reference(parent)["id"]
        yield from groups(entities, reference(parent)["id"])


def ids(values: list[Any]) -> list[str]:
    return [reference(value)["id"] for value in values]


def document_cloud(case: Case, entities: Entities, person: Case, thing: Case) -> tuple[list[str], Case]:
    roles = ["USER"] if case["context"]["is_authenticated"] else []
    if not thing:
        return roles, {"type": "drive"}
    owner = reference(thing["owner"])["id"]
    return roles, {
        "type": "document",
        "private": thing["isPrivate"],
        "public_access": thing["publicAccess"],
        "view_acl": reference(thing["viewACL"])["id"],
        "owner": {"id": owner, "blocked": ids(entities[owner]["attrs"]["blocked"])},
    }


def github_example(_case: Case, _entities: Entities, _person: Case, thing: Case) -> tuple[list[str], Case]:
    return ["MEMBER"], {"type": "repository", **{name: reference(group)["id"] for name, group in thing.items()}}


def sales_orgs(_case: Case, _entities: Entities, person: Case, thing: Case) -> tuple[list[str], Case]:
    return [person["job"]["id"].upper()], {
        "type": "presentation",
        "owner": thing["owner"]["id"],
        "viewers": ids(thing.get("viewers", [])),
        "editors": ids(thing.get("editors", [])),
    }


def streaming_service(case: Case, _entities: Entities, person: Case, thing: Case) -> tuple[list[str], Case]:
    if case["principal"].startswith("FreeMember"):
        roles = ["FREE_MEMBER"]
    elif person["profile"]["isKid"]:
        roles = ["KID"]
    else:
        roles = ["SUBSCRIBER", *(["PREMIUM"] if person["subscription"]["tier"] == "premium" else [])]
    if case["resource"].startswith("Movie"):
        names = {"isFree": "free", "needsRentOrBuy": "needs_rent_or_buy", "isOscarNominated": "oscar_nominated"}
        return roles, {"type": "movie", **{names[name]: value for name, value in thing.items()}}
    released = thing["releaseDate"]
    released = released["arg"] if isinstance(released, dict) else released
    return roles, {
        "type": "show",
        "free": thing["isFree"],
        "early_access": thing["isEarlyAccess"],
        "released_at": f"{released}T00:00:00Z",
    }


SETS: dict[str, Callable[[Case, Entities, Case, Case], tuple[list[str], Case]]] = {
    "document_cloud": document_cloud,
    "github_example": github_example,
    "sales_orgs": sales_orgs,
    "streaming_service": streaming_service,
}
PERMISSIONS = {
    "CreateDocument": "drives.create_document",
    "ViewDocument": "documents.view",
    "pull": "repositories.pull",
    "push": "repositories.push",
    "viewPresentation": "presentations.view",
}


@cache
def documents(name: str) -> Catalog:
    return load(CASES / name)


def decided(case: Case, name: str) -> str:
    """What our documents decide of a recorded question."""
    catalog, entities = documents(name), entities_of(case)
    person, thing = id_of(case["principal"]), id_of(case["resource"])
    attributes = [entities.get(id, {"attrs": {}})["attrs"] for id in (person, thing)]
    roles, resource = SETS[name](case, entities, *attributes)
    actor = read_actor({"id": person, "roles": roles, "queues": list(groups(entities, person))}, catalog.roles)
    reader = ResourceReader(catalog.machines, catalog.readers, catalog.vocabulary)
    machine, record, world = reader.read({**resource, "id": thing})
    action = id_of(case["action"])
    permission = PERMISSIONS.get(action) or f"{catalog.machines[machine].plural}.{action}"
    now = Timestamp(0)
    if "now" in case["context"]:
        written = case["context"]["now"]["datetime"]["arg"]
        now = Timestamp.parse(f"{written[:-2]}:{written[-2:]}")
    found = decide(catalog.access.of(roles), actor, permission, machine, record, world, now)
    return "allow" if found.allowed else "deny"


def test_the_recorded_decisions_are_ours_where_our_language_can_say_the_policies(shared: Path):
    lines = (shared / "data" / "rbac" / "cedar_cases.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    held: Counter[str] = Counter()
    for case in cases:
        name = case["suite"].split("/")[1]
        if name not in SETS or (case.get("templated") and case["suite"].endswith("bob_view.json")):
            continue
        assert decided(case, name) == case["decision"], case["suite"]
        held[name] += 1
    assert held == {"document_cloud": 5, "github_example": 7, "sales_orgs": 5, "streaming_service": 8}
    assert sum(held.values()) + sum(NOT_SAID.values()) == len(cases) == 34


@pytest.mark.parametrize("name", sorted(SETS))
def test_the_documents_are_sound(name: str):
    assert documents(name).diagnostics == []
