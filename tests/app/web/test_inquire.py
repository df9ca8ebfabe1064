"""The public form over HTTP: one inquiry for each, spared people, helped people, and nothing told of who is known."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.store.journal import ATTEMPTS, AUDIT
from tests.app.processes import NOON
from tests.app.web.conftest import Agency

SECOND = 1_000_000_000
HOME = "http://127.0.0.1:8000"
NAMES = [
    "Claire Vasseur",
    "Анна Верещагина",
    "王小明",
    "محمد بن سلمان",
    "Ἀθηνᾶ",
    "שרה",
    "ณัฐพล",
    "İbrahim Çelik",
    "Zoë 👩‍🎤",
    "O'Brien; DROP TABLE clients; --",
    "{{ 7 * 7 }} {% include 'x' %} ${7*7}",
    "<script>alert(1)</script>",
    '" autofocus onfocus="alert(1)',
    "%s %d {0} \\",
    "=HYPERLINK(1)",
    "x" * 300,
    "ж" * 300,
]


class Visitor:
    """Somebody with a browser, at an address of their own."""

    count = 0

    def __init__(self, house: Agency) -> None:
        Visitor.count += 1
        self.house, self.sent = house, 0
        self.address = f"198.51.{Visitor.count // 250}.{Visitor.count % 250}"
        self.http: FlaskClient = house.http.application.test_client()

    def get(self, path: str = "/inquire", **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.get(path, headers=named, environ_base={"REMOTE_ADDR": self.address})

    def open(self, path: str = "/inquire") -> str:
        """The token of a form that has been looked at for ten seconds."""
        token = hidden(self.get(path), "token")
        self.house.clock.advance(10 * SECOND)
        return token

    def post(self, values: dict[str, str], **headers: str) -> TestResponse:
        named = {"Origin": HOME, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.http.post("/inquire", data=values, headers=named, environ_base={"REMOTE_ADDR": self.address})

    def send(self, **changes: str) -> TestResponse:
        """Fills in a fresh form, each time with another wish, and sends it."""
        self.sent += 1
        return self.post(self.filled(token=self.open(), **{"company": f"Maison Kestrel {self.sent}", **changes}))

    def filled(self, **changes: str) -> dict[str, str]:
        return {
            "category": "runway",
            "starts_at": "2026-04-10T10:00",
            "ends_at": "2026-04-11T18:00",
            "zone": "America/New_York",
            "city": "Paris",
            "budget": "4,800",
            "currency": "EUR",
            "message": "Winter capsule.",
            "name": "Claire Vasseur",
            "company": "Maison Kestrel",
            "email": f"visitor{Visitor.count}@example.test",
            "lang": "en",
            **changes,
        }


@pytest.fixture
def house(lasting: Agency) -> Iterator[Agency]:
    """The agency at noon."""
    lasting.clock.instant = NOON
    with lasting.platform.database.begin() as connection:
        connection.execute(ATTEMPTS.delete())
    yield lasting
    lasting.clock.instant = NOON


@pytest.fixture
def visitor(house: Agency) -> Visitor:
    return Visitor(house)


def hidden(page: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.get_data(as_text=True))
    assert found is not None
    return unescape(found[1])


def rows(house: Agency, table: str) -> list[Any]:
    with house.platform.database.connect() as connection:
        return list(connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY id")).mappings())


def counts(house: Agency) -> tuple[int, int]:
    return len(rows(house, "inquiries")), len(rows(house, "clients"))


def last(house: Agency, table: str) -> Any:
    return rows(house, table)[-1]


def text(page: TestResponse) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.get_data(as_text=True))))


class Form(HTMLParser):
    """The controls of a page by name: their attributes, and what stands in them."""

    def __init__(self, page: TestResponse) -> None:
        super().__init__()
        self.controls: dict[str, dict[str, str | None]] = {}
        self.ids: set[str] = set()
        self.labelled: set[str] = set()
        self.focus: list[str] = []
        self.inside: str | None = None
        self.label_depth = 0
        self.feed(page.get_data(as_text=True))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.add(str(found["id"]))
        if tag == "label":
            self.label_depth += 1
            self.labelled.add(str(found.get("for")))
        if tag in {"input", "select", "textarea"}:
            name = str(found.get("name"))
            if found.get("type") != "radio" or "checked" in found or name not in self.controls:
                self.controls[name] = found
            if self.label_depth:
                self.labelled.add(str(found.get("id")))
            if "autofocus" in found:
                self.focus.append(name)
            self.inside = name if tag == "textarea" else None
        if tag == "option" and "selected" in found:
            last_select = list(self.controls)[-1]
            self.controls[last_select]["value"] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.label_depth -= 1
        if tag == "textarea":
            self.inside = None

    def handle_data(self, data: str) -> None:
        if self.inside is not None:
            self.controls[self.inside]["value"] = (self.controls[self.inside].get("value") or "") + data.removeprefix(
                "\n"
            )


def test_a_form_becomes_an_inquiry_of_a_new_client(house: Agency, visitor: Visitor):
    answer = visitor.send(lang="ru", phone="+33 1 23 45 67 89")
    assert answer.status_code == 303
    inquiry, client = last(house, "inquiries"), last(house, "clients")
    assert (inquiry["source"], inquiry["category"], inquiry["status"]) == ("web", "runway", "new")
    assert (inquiry["budget_amount"], inquiry["budget_currency"]) == (480_000, "EUR")
    assert inquiry["starts_at"] == 1_775_829_600_000_000  # ten o'clock in New York
    assert inquiry["client"] == client["id"]
    assert inquiry["message"].startswith("Winter capsule.\n\n")
    for told in ("Maison Kestrel", "City: Paris", "America/New_York", "+33 1 23 45 67 89", client["email"]):
        assert told in inquiry["message"]
    assert (client["name"], client["locale"], client["timezone"]) == ("Claire Vasseur", "ru", "America/New_York")
    assert (client["phone"], client["kind"], client["tier"]) == ("+33123456789", "brand", "basic")


def test_the_page_after_it_tells_the_number_and_what_happens(house: Agency, visitor: Visitor):
    answer = visitor.send()
    page = visitor.get(answer.headers["Location"])
    assert page.status_code == 200
    code = last(house, "inquiries")["code"]
    assert code in text(page)
    assert "Fri 10 Apr 2026, 10:00 – Sat 11 Apr 2026, 18:00 New York" in text(page)
    assert "Fri 10 Apr 2026, 16:00 – Sun 12 Apr 2026, 00:00 Berlin" in text(page)
    assert "What happens next" in text(page)
    assert visitor.get(answer.headers["Location"]).get_data() == page.get_data()
    russian = visitor.get(answer.headers["Location"].replace("lang=en", "lang=ru"))
    assert "Что дальше" in text(russian)
    assert "Нью-Йорк" in text(russian)
    for secret in ("Claire", "Kestrel", "visitor", "Winter"):
        assert secret not in text(page)


def test_the_rules_act_as_for_any_inquiry(house: Agency, visitor: Visitor):
    visitor.send()
    inquiry = last(house, "inquiries")
    with house.platform.database.connect() as connection:
        left = connection.execute(
            sa.text("SELECT count(*) FROM outbox WHERE entity = :id"), {"id": inquiry["id"]}
        ).scalar()
        clocks = connection.execute(
            sa.text("SELECT count(*) FROM sla_clocks WHERE entity = :id"), {"id": inquiry["id"]}
        ).scalar()
    assert left == 1
    assert clocks
    with house.platform.database.connect() as connection:
        query = sa.select(AUDIT.c.actor, AUDIT.c.address).where(AUDIT.c.entity == inquiry["id"], AUDIT.c.place == 1)
        assert tuple(connection.execute(query).one()) == ("system:web-form", visitor.address)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_kept_as_they_were_written(house: Agency, visitor: Visitor, name: str):
    assert visitor.send(name=name, message=name, city=name, company=name).status_code == 303
    assert last(house, "clients")["name"] == name
    assert last(house, "inquiries")["message"].startswith(name)
    page = visitor.send(name=name, message=name, city=name, company=name, email="")
    assert page.status_code == 422
    shown = Form(page).controls
    assert shown["name"]["value"] == shown["city"]["value"] == shown["message"]["value"] == name
    assert "<script>alert" not in page.get_data(as_text=True)


def test_a_double_submit_is_one_inquiry(house: Agency, visitor: Visitor):
    values = visitor.filled(token=visitor.open())
    before = counts(house)
    first, second = visitor.post(values), visitor.post(values)
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    house.clock.advance(3_600 * SECOND)
    assert visitor.post(values).headers["Location"] == first.headers["Location"]
    assert counts(house) == (before[0] + 1, before[1] + 1)


def test_two_submits_at_once_are_one_inquiry(house: Agency, visitor: Visitor):
    values = visitor.filled(token=visitor.open())
    before = counts(house)
    gate = threading.Barrier(4)
    places: list[str] = []
    others = [Visitor(house) for _ in range(4)]

    def send(other: Visitor) -> None:
        other.address = visitor.address
        gate.wait(10)
        answer = other.post(values)
        places.append(answer.headers.get("Location", str(answer.status_code)))

    threads = [threading.Thread(target=send, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(places) == 4
    assert len(set(places)) == 1
    assert counts(house) == (before[0] + 1, before[1] + 1)


def test_who_sends_a_form_again_with_changes_is_told_that_they_were_not_sent(house: Agency, visitor: Visitor):
    values = visitor.filled(token=visitor.open())
    visitor.post(values)
    before = counts(house)
    again = visitor.post({**values, "message": "In summer, rather."})
    assert again.status_code == 303
    page = visitor.get(again.headers["Location"])
    assert "What you changed since was not sent" in text(page)
    assert last(house, "inquiries")["code"] in text(page)
    assert counts(house) == before


@pytest.mark.parametrize(
    "known",
    [
        {"email": "ANNA@Example.test "},
        {"email": "new@example.test", "phone": "0049 30 123456"},
        {"email": "", "phone": "+49 (30) 12-34-56"},
    ],
)
def test_a_known_client_is_recognised_and_not_told(house: Agency, visitor: Visitor, known: dict[str, str]):
    with house.platform.database.connect() as connection:
        there = connection.execute(sa.text("SELECT id FROM clients WHERE email = 'anna@example.test'")).scalar()
    if there is None:
        first = {"name": "Anna", "email": "anna@example.test", "phone": "+49 30 123456"}
        assert visitor.send(**first, lang="ru").status_code == 303
    before = counts(house)
    answer = visitor.send(name="Somebody Else", **known)
    assert answer.status_code == 303
    assert counts(house) == (before[0] + 1, before[1])
    inquiry = last(house, "inquiries")
    assert inquiry["client"] == next(one["id"] for one in rows(house, "clients") if one["email"] == "anna@example.test")
    assert "Somebody Else" in inquiry["message"]
    assert next(one["name"] for one in rows(house, "clients") if one["id"] == inquiry["client"]) == "Anna"
    stranger = visitor.send(email="stranger@example.test")
    pages = [visitor.get(one.headers["Location"]).get_data(as_text=True) for one in (answer, stranger)]
    blanked = [re.sub(r"IN-[A-Z0-9]+|/inquire/[\w.\-]+", "", page) for page in pages]
    assert blanked[0] == blanked[1]
    assert "Anna" not in pages[0]


def test_a_model_is_asked_for_by_code(house: Agency, visitor: Visitor):
    rate = {"amount": 100_000, "currency": "EUR"}
    values = {"name": "Mia", "category": "runway", "home_city": "Berlin", "day_rate": rate}
    house._known.clear()
    made = house.owner.post("/models", values)
    hidden_one = house.owner.post("/models", values)
    house.owner.move(f"/models/{made['id']}", "publish")
    assert Form(visitor.get(f"/inquire?model={made['public_code']}")).controls["model"]["value"] == made["public_code"]
    assert visitor.send(model=made["public_code"].lower()).status_code == 303
    assert last(house, "inquiries")["model"] == made["id"]
    before = counts(house)
    for code in (hidden_one["public_code"], "MD-00000", "' OR 1=1 --"):
        page = visitor.send(model=code)
        assert page.status_code == 422
        assert "We have nobody with this code." in text(page)
        assert Form(page).controls["model"]["value"] == code.upper() or code.startswith("'")
        assert Form(page).focus == ["model"]
    assert counts(house) == before


def test_a_form_with_mistakes_comes_back_as_typed_with_the_first_in_focus(house: Agency, visitor: Visitor):
    before = counts(house)
    token = visitor.open()
    sent = visitor.filled(token=token, ends_at="2026-04-09T10:00", email="claire@maison", budget="many", category="")
    page = visitor.post(sent)
    assert page.status_code == 422
    found = Form(page)
    assert found.focus == ["category"]
    assert hidden(page, "token") == token
    for name in ("starts_at", "ends_at", "zone", "city", "budget", "currency", "message", "name", "company", "email"):
        assert found.controls[name].get("value") == sent[name], name
    for name in ("ends_at", "budget", "email"):
        assert found.controls[name]["aria-invalid"] == "true"
        for described in str(found.controls[name]["aria-describedby"]).split():
            assert described in found.ids
    assert "aria-invalid" not in found.controls["name"]
    told = text(page)
    assert "The end must come after the beginning." in told
    assert "The end is missing, perhaps .com or .fr?" in told
    assert "<title>Not sent yet: Ask for models" in page.get_data(as_text=True)
    assert counts(house) == before
    assert visitor.post({**sent, **visitor.filled(token=token)}).status_code == 303


def test_every_field_has_a_label_and_the_page_works_without_script(visitor: Visitor):
    page = visitor.get()
    found = Form(page)
    html = page.get_data(as_text=True)
    for name, control in found.controls.items():
        if control.get("type") != "hidden":
            assert control["id"] in found.labelled, name
    assert "onclick" not in html
    assert "style=" not in html
    assert re.findall(r"<script(?![^>]*src=)", html) == []
    assert all(place.startswith("/static/") for place in re.findall(r'(?:src|href)="([^"?#]+)"', html) if "." in place)
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    for place in re.findall(r'(?:src|href)="(/static/[^"]+)"', html):
        asset = visitor.get(place)
        assert asset.status_code == 200
        asset.close()
    for font in re.findall(r"url\((fonts/[^)]+)\)", _asset(visitor, "/static/public.css")):
        asset = visitor.get(f"/static/{font}")
        assert asset.status_code == 200
        asset.close()


def _asset(visitor: Visitor, place: str) -> str:
    asset = visitor.get(place)
    content = asset.get_data(as_text=True)
    asset.close()
    return content


@pytest.mark.parametrize(
    ("path", "accepted", "locale"),
    [
        ("/inquire", "ru-RU,ru;q=0.9,en;q=0.5", "ru"),
        ("/inquire", "en-GB", "en"),
        ("/inquire", "de", "en"),
        ("/inquire", "", "en"),
        ("/inquire?lang=ru", "en", "ru"),
        ("/inquire?lang=en", "ru", "en"),
        ("/inquire?lang=xx", "ru", "ru"),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_browsers(visitor: Visitor, path: str, accepted: str, locale: str):
    page = visitor.get(path, Accept_Language=accepted)
    assert f'<html lang="{locale}">' in page.get_data(as_text=True)
    assert page.headers["Content-Language"] == locale
    assert "Accept-Language" in page.headers["Vary"]


def test_mistakes_are_told_in_the_language_of_the_form(visitor: Visitor):
    assert "Напишите, как к вам обращаться." in text(visitor.send(lang="ru", name=""))


def test_who_is_too_fast_is_asked_to_send_again(house: Agency, visitor: Visitor):
    token = hidden(visitor.get(), "token")
    house.clock.advance(SECOND)
    page = visitor.post(visitor.filled(token=token))
    assert page.status_code == 422
    assert "quicker than we expect of a person" in text(page)
    assert Form(page).controls["message"]["value"] == "Winter capsule."
    house.clock.advance(SECOND)
    assert visitor.post(visitor.filled(token=hidden(page, "token"))).status_code == 303


def test_a_page_that_was_open_for_days_is_renewed(house: Agency, visitor: Visitor):
    token = visitor.open()
    house.clock.advance(24 * 3_600 * SECOND)
    page = visitor.post(visitor.filled(token=token))
    assert page.status_code == 422
    assert "open for long" in text(page)
    renewed = hidden(page, "token")
    assert renewed != token
    house.clock.advance(10 * SECOND)
    assert visitor.post(visitor.filled(token=renewed)).status_code == 303


@pytest.mark.parametrize("token", ["", "x", "a.b", "WyJhIiwxXQ.0123456789abcdef0123456789abcdef", "\0", "é" * 500])
def test_without_a_token_of_ours_nothing_is_taken(house: Agency, visitor: Visitor, token: str):
    before = counts(house)
    page = visitor.post(visitor.filled(token=token))
    assert page.status_code == 422
    assert Form(page).controls["name"]["value"] == "Claire Vasseur"
    assert counts(house) == before


def test_a_trap_catches_a_robot_and_spares_a_person(house: Agency, visitor: Visitor):
    before = counts(house)
    page = visitor.send(homepage="https://spam.example")
    assert page.status_code == 422
    assert "hidden field" in text(page)
    assert "spam.example" not in page.get_data(as_text=True)
    assert counts(house) == before
    assert visitor.post(visitor.filled(token=hidden(page, "token"))).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": HOME, "Sec_Fetch_Site": "cross-site"},
        {"Origin": "http://127.0.0.1:8000.evil.example"},
    ],
)
def test_what_another_site_sends_is_refused(house: Agency, visitor: Visitor, headers: dict[str, str]):
    before = counts(house)
    page = visitor.post(visitor.filled(token=visitor.open()), **headers)
    assert page.status_code == 403
    assert "came from another site" in text(page)
    assert counts(house) == before


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Sec_Fetch_Site": "same-origin"}])
def test_what_this_site_sends_is_taken(visitor: Visitor, headers: dict[str, str]):
    assert visitor.post(visitor.filled(token=visitor.open()), **headers).status_code == 303


def test_the_sixth_form_in_ten_minutes_waits(house: Agency, visitor: Visitor):
    for _ in range(5):
        assert visitor.send().status_code == 303
    before = counts(house)
    page = visitor.send(message="The sixth.", X_Forwarded_For="203.0.113.9")
    assert page.status_code == 429
    wait = int(page.headers["Retry-After"])
    assert 500 < wait <= 600
    assert "several requests came from your connection" in text(page)
    assert f"again in {-(-wait // 60)} min" in text(page)
    assert Form(page).controls["message"]["value"] == "The sixth."
    assert visitor.post(visitor.filled(token=visitor.open()), X_Forwarded_For="203.0.113.9").status_code == 429
    assert counts(house) == before
    assert Visitor(house).send().status_code == 303
    house.clock.advance(wait * SECOND)
    assert visitor.post(visitor.filled(token=hidden(page, "token"))).status_code == 303


def test_only_what_became_an_inquiry_counts_and_a_repeat_not_at_all(house: Agency, visitor: Visitor):
    for _ in range(12):
        assert visitor.send(name="").status_code == 422
    values = visitor.filled(token=visitor.open())
    for _ in range(70):
        assert visitor.post(values).status_code == 303
    for _ in range(4):
        assert visitor.send().status_code == 303
    assert visitor.send(name="").status_code == 422
    assert visitor.send().status_code == 429


def test_who_goes_back_and_sends_the_same_again_gets_the_same_confirmation(house: Agency, visitor: Visitor):
    first = visitor.post(visitor.filled(token=visitor.open()))
    before = counts(house)
    again = visitor.post(visitor.filled(token=hidden(visitor.get(), "token")))  # at once
    assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])
    assert counts(house) == before
    changed = visitor.post(visitor.filled(token=visitor.open(), message="In summer."))
    assert changed.headers["Location"] != first.headers["Location"]
    assert counts(house)[0] == before[0] + 1


def test_the_same_from_another_address_is_another_inquiry(house: Agency, visitor: Visitor):
    values = visitor.filled(token=visitor.open())
    stranger = Visitor(house)
    places = [visitor.post(values), stranger.post({**values, "token": stranger.open()})]
    assert [one.status_code for one in places] == [303, 303]
    assert places[0].headers["Location"] != places[1].headers["Location"]


@pytest.mark.parametrize("token", ["of one form", "of none"])
def test_an_address_cannot_try_for_ever(visitor: Visitor, token: str):
    sent = visitor.filled(token=visitor.open(), name="") if token == "of one form" else {}
    answers = [visitor.post(sent).status_code for _ in range(61)]
    assert answers == [422] * 60 + [429]


def test_addresses_of_one_network_count_together(house: Agency):
    for number in range(6):
        visitor = Visitor(house)
        visitor.address = f"2001:db8:1:2::{number + 1}"
        assert visitor.send().status_code == (303 if number < 5 else 429)


@pytest.mark.parametrize("field", ["name", "message", "city", "company", "email", "phone", "model", "zone", "budget"])
def test_the_null_character_is_told_at_its_field(house: Agency, visitor: Visitor, field: str):
    before = counts(house)
    page = visitor.send(**{field: "a\0b"})
    assert page.status_code == 422
    assert Form(page).focus == [field]
    assert counts(house) == before


def test_a_body_beyond_the_limit_is_too_large(visitor: Visitor):
    assert visitor.post(visitor.filled(token=visitor.open(), message="x" * 300_000)).status_code == 413


@pytest.mark.parametrize("token", ["x", "a.b", "WyJhIiwiYiJd.0123456789abcdef0123456789abcdef", "%00", "..%2f..%2fetc"])
def test_a_link_that_is_not_ours_leads_nowhere(visitor: Visitor, token: str):
    assert visitor.get(f"/inquire/{token}").status_code == 404


def test_the_form_sets_no_cookie_and_is_not_kept_by_caches(visitor: Visitor):
    for page in (visitor.get(), visitor.send(), visitor.send(name="")):
        assert "Set-Cookie" not in page.headers
        assert page.headers["Cache-Control"] == "no-store"


def test_reading_changes_nothing(house: Agency, visitor: Visitor):
    place = visitor.send().headers["Location"]
    before = (counts(house), len(rows(house, "tasks")))
    visitor.get()
    visitor.get(place)
    assert (counts(house), len(rows(house, "tasks"))) == before
