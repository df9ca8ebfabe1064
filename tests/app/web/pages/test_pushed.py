"""Rows that the feed tells say the same as the list that a reader would fetch, and no more."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from app.live.changes import changes_after
from app.live.sequencer import number_pending
from app.road.caller import system
from app.road.road import StoredRoad
from app.web.app import create_app
from app.web.pages.work.pushed import MOST, PushedRows, Reader
from app.web.signed_in import who
from tests.app.web.conftest import Agency
from tests.app.web.pages.at_work import Somebody, a_task, an_exception, somebody
from tests.app.web.signing_in import HERE
from tests.app.web.test_release_one import a_booking, a_client

ROW = re.compile(r'<div class="r[^"]*" id="r-([a-z]+)-([^"]+)".*?</div>', re.DOTALL)


@pytest.fixture
def app(house: Agency) -> Flask:
    return create_app(house.platform)


def reader(
    house: Agency, parts: PushedRows, somebody: Somebody, query: str = "list=1", **headers: str
) -> Reader | None:
    """Somebody's page as its handshake says that it looks on."""
    cookie = somebody.door.http.get_cookie("sid")
    assert cookie is not None
    headers = {"Cookie": f"sid={cookie.value}; {headers.pop('more', '')}", "Upgrade": "websocket", **headers}
    request = Request(EnvironBuilder("/live", HERE, query_string=query, headers=[*headers.items()]).get_environ())
    return parts.look(request, who(house.platform, request))


def parts_of(house: Agency, parts: PushedRows, after: int, *readers: Reader | None) -> Mapping[Any, Mapping[str, Any]]:
    """What is told of what happened after a number."""
    number_pending(house.platform.pipeline)
    looks = [one for one in readers if one is not None]
    return house.platform.pipeline.read(
        system("live"), lambda road: parts.parts(road, changes_after(road, after, 5_000), looks)
    )


def told(house: Agency, parts: PushedRows, after: int, *readers: Reader | None) -> list[dict[str, Any]]:
    """Which row each is told of which item."""
    looks = [one for one in readers if one is not None]
    found = parts_of(house, parts, after, *looks)
    return [{key: part["row"] for key, part in found.get(one, {}).items()} for one in looks]


def head(house: Agency) -> int:
    number_pending(house.platform.pipeline)
    changes = house.platform.pipeline.read(system("live"), lambda road: changes_after(road, 0, 100_000))
    return changes[-1].seq if changes else 0


def rows(page: str) -> dict[str, str]:
    """The rows of a page by their key."""
    return {f"{one[1]}/{one[2]}": one[0] for one in ROW.finditer(page)}


VIEWS = ("", "tab=mine", "tab=exceptions", "tab=snoozed", "priority=urgent", "assignee=nobody")


@pytest.mark.parametrize("name", ["manager", "operator", "finance"])
def test_a_row_that_is_told_is_the_one_of_the_list(house: Agency, app: Flask, name: str) -> None:
    parts, visitor = PushedRows(app), somebody(house, name)
    visitor.door.http.set_cookie("lang", "ru")
    looking = [reader(house, parts, visitor, f"list=1&{view}", more="lang=ru") for view in VIEWS]
    about, begun = f"booking/{a_booking(house)['id']}", head(house)
    task = {one: a_task(house, f"Task {one}", about=about, priority=one)["id"] for one in ("urgent", "high", "low")}
    house.manager.post("/tasks", {"title": "For finance", "queue": "finance"})
    house.manager.post(f"/tasks/{task['high']}/assign", {"user": house.ids["operator"]}, 200)
    house.manager.post(f"/tasks/{task['low']}/status", {"transition": "complete"}, 200)
    asleep = a_task(house, "Put off")["id"]
    house.manager.post(f"/tasks/{asleep}/snooze", {"until": "2026-03-04T08:00:00Z", "reason": "Later"}, 200)
    some = 0
    for view, found in zip(VIEWS, told(house, parts, begun, *looking), strict=True):
        listed = rows(visitor.get(f"/todo/list?rows=500&{view}"))
        pushed = {key: rows(html)[key] for key, html in found.items() if html}
        gone = {key: text for key, text in pushed.items() if "data-gone" in text}
        assert {key: text for key, text in pushed.items() if key not in gone} == {
            key: text for key, text in listed.items() if key in found
        }
        for key, text in gone.items():
            assert text == rows(visitor.get(f"/todo/rows?keys={key}"))[key]
        some += len(pushed)
    assert some


@pytest.mark.parametrize("name", ["manager", "operator", "finance"])
def test_the_tabs_count_by_what_is_told_as_the_store_does(house: Agency, app: Flask, name: str) -> None:
    parts, visitor = PushedRows(app), somebody(house, name)
    ids = [a_task(house, f"Task {number}")["id"] for number in range(6)]
    begun, before = head(house), visitor.counts()
    an_exception(house, "Unreachable")
    a_task(house, "One more")
    house.manager.post("/tasks", {"title": "For finance", "queue": "finance"})
    for id, person in zip(ids, ("operator", "manager", "finance"), strict=False):
        house.manager.post(f"/tasks/{id}/assign", {"user": house.ids[person]}, 200)
    house.manager.post(f"/tasks/{ids[0]}/assign", {"user": house.ids["finance"]}, 200)
    house.manager.move(f"/tasks/{ids[3]}", "complete")
    house.manager.post(f"/tasks/{ids[4]}/snooze", {"until": "2026-03-04T08:00:00Z", "reason": "Later"}, 200)
    looking = reader(house, parts, visitor, "list=1&tab=mine")
    found = [by for part in parts_of(house, parts, begun, looking)[looking].values() for *_, by in part["by"]]
    after = {tab: count + sum(by.get(tab, 0) for by in found) for tab, count in before.items()}
    assert after == visitor.counts()
    assert after != before


@pytest.mark.parametrize("seed", range(4))
def test_tabs_count_each_change_once_whenever_they_were_counted_and_it_was_numbered(
    house: Agency, app: Flask, seed: int
) -> None:
    chance, parts, visitor = random.Random(seed), PushedRows(app), somebody(house, "manager")
    looking = reader(house, parts, visitor, "list=1")
    ids = [a_task(house, f"Task {number}")["id"] for number in range(4)]
    heard = head(house)
    counted = [visitor.told()]
    told: list[tuple[int, int, dict[str, int]]] = []
    for number in range(40):
        task = chance.choice(ids)
        match chance.randrange(7):
            case 0:
                ids.append(a_task(house, f"One more {number}")["id"])
            case 1 | 2:  # what is refused changes nothing
                house.manager.send(
                    "POST", f"/tasks/{task}/status", {"transition": chance.choice(["complete", "start"])}
                )
            case 3:
                person = house.ids[chance.choice(["manager", "finance"])]
                house.manager.send("POST", f"/tasks/{task}/assign", {"user": person})
            case 4:
                house.manager.patch(f"/tasks/{task}", {"title": f"Renamed {number}"})
            case 5:
                number_pending(house.platform.pipeline)
            case _:
                counted.append(visitor.told())
        if chance.random() < 0.3:
            heard = hear(house, parts, heard, chance.randint(1, 5), looking, told)
    number_pending(house.platform.pipeline)
    while (upto := hear(house, parts, heard, 5, looking, told)) > heard:
        heard = upto
    for of in counted:
        since = [by for seq, event, by in told if seq > of["upto"] and event not in of["known"]]
        found = {tab: count + sum(by.get(tab, 0) for by in since) for tab, count in of["counts"].items()}
        assert found == visitor.counts()
    assert any(of["known"] for of in counted)


def hear(house: Agency, parts: PushedRows, after: int, most: int, looking: Reader | None, told: list[Any]) -> int:
    """Tells of at most so many changes after a number; up to where it came."""

    def read(road: StoredRoad) -> int:
        changes = changes_after(road, after, most)
        found = parts.parts(road, changes, [looking]).get(looking, {})
        told.extend(one for part in found.values() for one in part["by"])
        return changes[-1].seq if changes else after

    return house.platform.pipeline.read(system("live"), read)


def test_what_was_never_in_a_list_is_told_without_its_row(house: Agency, app: Flask) -> None:
    parts, begun = PushedRows(app), head(house)
    task = a_task(house, "For operations")
    theirs = house.manager.post("/tasks", {"title": "For the finance desk", "queue": "finance"})
    mine = reader(house, parts, somebody(house, "operator"), "list=1&tab=mine")
    everything = reader(house, parts, somebody(house, "operator"))
    first, second = told(house, parts, begun, mine, everything)
    assert first == {f"task/{task['id']}": None}
    assert f"task/{theirs['id']}" not in second, "not even that it is there"
    assert "For operations" in second[f"task/{task['id']}"]


def test_one_row_is_made_for_all_who_see_the_same_of_it(
    house: Agency, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, begun = PushedRows(app), head(house)
    a_task(house, "For everybody", about=f"client/{a_client(house)['id']}")
    people = [reader(house, parts, somebody(house, name)) for name in ("manager", "manager", "owner", "operator")]
    russian = reader(house, parts, somebody(house, "manager"), more="lang=ru")
    made: list[int] = []
    rendered = PushedRows._rendered

    def counting(self: PushedRows, rows: Any) -> Any:
        made.append(len(rows))
        return rendered(self, rows)

    monkeypatch.setattr(PushedRows, "_rendered", counting)
    found = told(house, parts, begun, *people)
    assert sum(made) == 3
    assert found[0] == found[1]
    made.clear()
    told(house, parts, begun, *people, russian)
    assert sum(made) == 4


def test_a_list_that_is_not_shown_or_looked_for_by_words_gets_no_rows(house: Agency, app: Flask) -> None:
    parts, manager = PushedRows(app), somebody(house, "manager")
    assert reader(house, parts, manager, "after=3") is None
    assert reader(house, parts, manager, "list=1&q=Anna") is None


def test_after_very_many_changes_the_list_is_better_fetched(house: Agency, app: Flask) -> None:
    parts, begun = PushedRows(app), head(house)
    for number in range(MOST + 1):
        a_task(house, f"Task {number}")
    assert told(house, parts, begun, reader(house, parts, somebody(house, "manager"))) == [{}]
