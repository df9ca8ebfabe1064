"""One's own account and the entrance, on pages."""

from __future__ import annotations

import re

import pytest

from app.web.pages.people.agents import called
from tests.app.web.conftest import Agency
from tests.app.web.pages.browsing import Visit
from tests.app.web.signing_in import GOOD, HERE, Door


def version(visit: Visit) -> str:
    found = re.search(r'name="version" value="(\d+)"', visit.get("/me"))
    assert found is not None
    return found[1]


def test_language_name_and_zone_are_ones_own(house: Agency):
    operator = Visit(house, "operator")
    operator.door.http.set_cookie("lang", "en")
    form = {"name": "Олег", "locale": "ru", "timezone": "Europe/Moscow"}
    old = version(operator)
    assert operator.post("/me", form, version=old).status_code == 303
    found = house.operator.get("/me")
    assert [found[name] for name in form] == list(form.values())
    assert '<html lang="ru"' in operator.get("/me")  # what the browser had chosen before no longer counts
    late = operator.post("/me", form | {"name": "Late"}, version=old)
    assert late.status_code == 412
    assert 'value="Late"' in late.get_data(as_text=True)


def test_what_does_not_fit_is_said_beside_the_field(house: Agency):
    operator = Visit(house, "operator")
    wrong = operator.post(
        "/me", {"name": "x" * 300, "locale": "en", "timezone": "Mars/Base"}, version=version(operator)
    )
    text = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert 'id="f-timezone-fault"' in text
    assert 'id="f-name-fault"' in text
    assert operator.post("/me", {"roles": "OWNER", "name": "O"}, version=version(operator)).status_code == 303
    assert house.operator.get("/me")["roles"] == ["OPERATOR"]


def test_a_password_is_changed_for_the_old_one_and_everybody_is_signed_out(house: Agency):
    operator, elsewhere = Visit(house, "operator"), Visit(house, "operator")
    wrong = operator.post("/me/password", current="not it", password=GOOD)
    assert wrong.status_code == 422
    assert 'id="f-current-fault"' in wrong.get_data(as_text=True)
    assert "not it" not in wrong.get_data(as_text=True)
    weak = operator.post("/me/password", current="demo-demo-demo", password="password")
    assert 'id="f-password-fault"' in weak.get_data(as_text=True)
    done = operator.post("/me/password", current="demo-demo-demo", password=GOOD)
    assert (done.status_code, done.headers["Location"]) == (303, "/login?changed=1")
    elsewhere.get("/me", 302)
    assert "Your password is changed" in Door(house).http.get("/login?changed=1").get_data(as_text=True)
    assert Door(house).login("operator", GOOD).status_code == 200


def test_a_sign_in_of_ones_own_is_ended_and_no_others(house: Agency):
    here, there, other = Visit(house, "operator"), Visit(house, "operator"), Visit(house, "content")
    text = here.get("/me/sign-ins")
    assert "This one" in text
    ends = re.findall(r"/acts/me/sign-ins/(\w+)/end", text)
    assert len(ends) == 1  # the one there; not the one that is looked from
    assert other.post(f"/acts/me/sign-ins/{ends[0]}/end").status_code == 404
    there.get("/me")
    assert here.post(f"/acts/me/sign-ins/{ends[0]}/end").status_code == 204
    there.get("/me", 302)


def test_the_entrance_speaks_both_languages_and_says_what_is_wrong_beside_the_field(house: Agency):
    http = Door(house).http
    text = http.get("/login").get_data(as_text=True)
    assert "/language/ru?next=/login" in text
    assert 'class="nav"' not in text
    wrong = http.post("/login", data={"email": "a@b.test", "password": "x"}, headers={"Origin": HERE})
    text = wrong.get_data(as_text=True)
    assert 'value="a@b.test"' in text
    assert 'aria-describedby="problem"' in text
    http.set_cookie("lang", "ru")
    for path in ("/login", "/welcome", "/password"):
        assert '<html lang="ru"' in http.get(path).get_data(as_text=True)


def test_demo_logins_are_told_in_a_demo_only(house: Agency):
    from dataclasses import replace

    from app.web.app import create_app

    assert "owner@demo.virel" in Door(house).http.get("/login").get_data(as_text=True)
    platform = replace(house.platform, identity=replace(house.platform.identity, demo=False))
    assert "demo.virel" not in create_app(platform).test_client().get("/login").get_data(as_text=True)


def test_the_menu_turns_language_and_light_by_its_buttons(house: Agency):
    operator = Visit(house, "operator")
    turned = operator.post("/language/ru?next=/me")
    assert (turned.status_code, turned.headers["Location"]) == (303, "/me")
    assert '<html lang="ru"' in operator.get("/me")
    assert operator.post("/theme/dark?next=/me").status_code == 303
    assert 'data-theme="dark"' in operator.get("/me")


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
            "Chrome, Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, Mac"),
        ("virel-cli/1.0 (linux)", "virel-cli"),
        ("Mozilla/5.0", ""),
        (None, ""),
    ],
)
def test_browsers_are_called_by_their_names(agent: str | None, name: str):
    assert called(agent) == name
