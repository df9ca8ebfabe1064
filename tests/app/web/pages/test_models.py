"""Models on pages: what each role is sent, moves, forms, pictures."""

from __future__ import annotations

import re

import pytest

from tests.app.web.conftest import Agency
from tests.app.web.pages.browsing import Visit
from tests.app.web.population import picture

MODEL = {
    "name": "Mia Meer",
    "category": "runway",
    "home_city": "Berlin",
    "day_rate": {"amount": 123_400, "currency": "EUR"},
    "rating_internal": 4,
    "notes_internal": "never on Mondays",
}
FORM = {
    "name": "Zoe",
    "category": "editorial",
    "home_city": "Wien",
    "timezone": "Europe/Vienna",
    "day_rate": "950.50",
    "day_rate_currency": "EUR",
    "rating_internal": "3",
    "notes_internal": "",
}


@pytest.fixture
def model(house: Agency) -> str:
    id = house.owner.post("/models", MODEL)["id"]
    house.owner.move(f"/models/{id}", "publish")
    return str(id)


def test_what_a_role_may_not_see_is_not_sent(house: Agency, model: str):
    """Neither in cards, in the table, on the profile, nor in the part that is fetched again."""
    paths = ("/models", "/models?view=table", "/models?rows=1", f"/models/{model}", f"/models/{model}?part=1")
    content, operator, finance = (Visit(house, name) for name in ("content", "operator", "finance"))
    for path in paths:
        text = content.get(path)
        assert "1,234.00" in text
        text = operator.get(path)
        assert "Mia Meer" in text
        assert "1,234.00" not in text
        assert "never on Mondays" not in text
        text = finance.get(path)
        assert "1,234.00" in text
        assert "never on Mondays" not in text
        assert "Rating 4" not in text
        assert "Internal rating" not in text
    assert "never on Mondays" in content.get(f"/models/{model}")
    assert "Day rate" not in operator.get("/models?view=table")


def test_a_search_finds_names_codes_and_cities_in_any_case(house: Agency, model: str):
    house.owner.post("/models", {**MODEL, "name": "Алина Соколова", "home_city": "Leipzig", "category": "fitness"})
    code = house.owner.get(f"/models/{model}")["public_code"]
    content = Visit(house, "content")

    def found(**asked: str) -> list[str]:
        query = "&".join(f"{name}={value}" for name, value in {"part": "all", **asked}.items())
        return sorted(re.findall(r'class="nm">([^<]+)<', content.get(f"/models?{query}")))

    assert found(q="mia") == ["Mia Meer"]
    assert found(q=code.lower()) == ["Mia Meer"]
    assert found(q="LEIPZIG") == found(q="алина") == found(category="fitness") == ["Алина Соколова"]
    assert found(category="runway") == found(part="active") == ["Mia Meer"]
    assert found(q='") || true || ("') == []
    assert found(category="no such") == ["Mia Meer", "Алина Соколова"]


def test_hostile_names_stay_text(house: Agency):
    name = "<script>alert(1)</script>" + "x" * 270
    id = house.owner.post("/models", {**MODEL, "name": name})["id"]
    content = Visit(house, "content")
    for path in ("/models?part=all", "/models?part=all&view=table", f"/models/{id}", f"/models/{id}/edit"):
        assert "<script>alert" not in content.get(path)


def test_moves_are_taken_with_a_reason_and_can_be_undone(house: Agency, model: str):
    content = Visit(house, "content")
    version = house.owner.get(f"/models/{model}")["etag"].strip('"v')
    refused = content.post(f"/acts/model/{model}/pause", version=version)
    assert refused.status_code == 422
    assert "refused" in content.told(refused)
    paused = content.post(f"/acts/model/{model}/pause", version=version, reason="On a journey")
    said = content.told(paused)["said"]
    assert said["text"] == "Mia Meer: Paused."
    assert house.owner.get(f"/models/{model}")["status"] == "paused"
    stale = content.post(f"/acts/model/{model}/resume", version=version)
    assert stale.status_code == 412
    assert content.post("/acts/undo", command=said["undo"]).status_code == 204
    assert house.owner.get(f"/models/{model}")["status"] == "active"


def test_who_may_not_is_shown_no_door_and_refused(house: Agency, model: str):
    operator = Visit(house, "operator")
    text = operator.get(f"/models/{model}")
    assert "/edit" not in text
    assert "/acts/model" not in text
    assert "data-files" not in text
    assert "data-grab" not in text
    assert "/models/new" not in operator.get("/models")
    operator.get(f"/models/{model}/edit", 403)
    operator.get("/models/new", 403)
    assert operator.post(f"/acts/model/{model}/archive").status_code == 403
    assert operator.post(f"/models/{model}/edit", FORM, version="1").status_code == 403
    assert operator.post("/models/new", FORM).status_code == 403
    assert house.owner.get(f"/models/{model}")["status"] == "active"


def test_a_model_is_made_and_what_is_wrong_is_said_beside_the_field(house: Agency):
    content = Visit(house, "content")
    content.get("/models/new")
    wrong = content.post("/models/new", FORM | {"timezone": "Mars/Base", "day_rate": "a lot", "name": ""})
    text = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert 'value="Mars/Base"' in text
    assert 'value="a lot"' in text
    assert 'id="f-day_rate-fault"' in text
    wrong = content.post("/models/new", FORM | {"timezone": "Mars/Base"})
    assert 'id="f-timezone-fault"' in wrong.get_data(as_text=True)
    made = content.post("/models/new", FORM)
    assert made.status_code == 303
    found = house.owner.get(f"/models/{made.headers['Location'].rpartition('/')[2]}")
    assert (found["name"], found["day_rate"]["amount"], found["status"]) == ("Zoe", 95_050, "draft")


def test_who_was_slower_keeps_the_text_and_sees_what_is_stored(house: Agency, model: str):
    content = Visit(house, "content")
    version = re.search(r'name="version" value="(\d+)"', content.get(f"/models/{model}/edit"))
    assert version is not None
    house.owner.patch(f"/models/{model}", {"home_city": "Hamburg"})
    answer = content.post(f"/models/{model}/edit", FORM, version=version[1])
    text = answer.get_data(as_text=True)
    assert answer.status_code == 412
    assert 'value="Wien"' in text
    assert "Stored now: Hamburg" in text
    assert "Olga Owner has changed this model" in text
    newer = re.search(r'name="version" value="(\d+)"', text)
    assert newer is not None
    assert content.post(f"/models/{model}/edit", FORM, version=newer[1]).status_code == 303
    assert house.owner.get(f"/models/{model}")["home_city"] == "Wien"


def test_pictures_are_shown_to_all_and_tools_to_who_may_change_them(house: Agency, model: str):
    first, second = picture(house, model), picture(house, model, "green")
    content, operator = Visit(house, "content"), Visit(house, "operator")
    text = content.get(f"/models/{model}/pictures")
    assert text.index(f"pic-{first}") < text.index(f"pic-{second}")
    assert text.count("data-cover") == 1 + text.count("data-covered")
    assert f"/media/{first}" in content.get("/models")
    assert f"/media/{second}" not in content.get("/models")
    text = operator.get(f"/models/{model}/pictures")
    assert f"pic-{second}" in text
    assert "data-remove" not in text
    operator.get("/models/no-such/pictures", 404)


def test_bookings_ahead_are_those_that_are_not_over(house: Agency, model: str):
    client = house.owner.post("/clients", {"name": "Nordlicht", "email": "n@example.test"})["id"]
    days = {"future": ("2026-05-02", "2026-05-03"), "past": ("2026-01-02", "2026-01-03")}
    codes = {}
    for key, (start, end) in days.items():
        values = {"client": client, "model": model, "city": "Berlin", "total": MODEL["day_rate"]}
        values |= {"starts_at": f"{start}T08:00:00Z", "ends_at": f"{end}T08:00:00Z"}
        codes[key] = house.owner.post("/bookings", values)["code"]
    text = Visit(house, "manager").get(f"/models/{model}")
    assert codes["future"] in text
    assert codes["past"] not in text
    assert "Nordlicht" in text
    text = Visit(house, "content").get(f"/models/{model}")
    assert codes["future"] in text
    assert "Nordlicht" not in text  # may not read clients


def test_a_later_page_stays_that_page_when_it_is_fetched_again(house: Agency, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.web.pages.models.listing.ROWS", 2)
    for number in range(3):
        house.owner.post("/models", {**MODEL, "name": f"Model {number}"})
    content = Visit(house, "content")
    older = re.search(r'href="(/models\?[^"]*after=[^"]+)"', content.get("/models?part=draft"))
    assert older is not None
    text = content.get(older[1].replace("&amp;", "&"))
    again = re.search(r'data-from="(/models\?[^"]*rows=1[^"]*)"', text)
    assert again is not None
    rows = content.get(again[1].replace("&amp;", "&"))
    assert "Model 0" in rows
    assert "Model 2" not in rows
