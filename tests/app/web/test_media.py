"""Pictures of models over HTTP: who may, what is kept, and that nothing is left of what is refused."""

from __future__ import annotations

import os
import shutil
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.commands import media
from app.media.folder import MediaFolder
from app.road import commands
from app.store.entities import MEDIA
from tests.app.web.conftest import Agency, Person

RATE = {"amount": 100_000, "currency": "EUR"}
MODEL = {"name": "Mia", "category": "runway", "home_city": "Berlin", "day_rate": RATE}


def picture(colour: str = "red", kind: str = "JPEG", size: tuple[int, int] = (30, 20), **options: Any) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, kind, **options)
    return file.getvalue()


def upload(
    who: Person | None,
    house: Agency,
    model: str,
    content: bytes,
    name: str = "a.jpg",
    kind: str = "image/jpeg",
    more: dict[str, Any] | None = None,
    **headers: str,
) -> TestResponse:
    data = {"file": FileStorage(BytesIO(content), name, content_type=kind), **(more or {})}
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    if who is not None:
        sent["Authorization"] = f"Bearer {who.token}"
    boundary, encoded = encode_multipart(data)  # in memory: the client's own way leaves temporary files open
    kind = f"multipart/form-data; boundary={boundary}"
    return house.http.post(f"/api/v1/models/{model}/media", data=encoded, headers=sent, content_type=kind)


def files(house: Agency) -> list[Path]:
    return sorted(path for path in house.platform.settings.media.rglob("*") if path.is_file())


def rows(house: Agency) -> list[Any]:
    with house.platform.database.connect() as connection:
        return list(connection.execute(sa.select(MEDIA).order_by(MEDIA.c.model, MEDIA.c.position)).mappings())


def audit(house: Agency, model: str) -> list[Any]:
    return house.owner.get(f"/audit?entity_type=model&entity_id={model}&limit=100")["items"]


@pytest.fixture
def house(lasting: Agency) -> Agency:
    """The agency without any picture."""
    with lasting.platform.database.begin() as connection:
        connection.execute(MEDIA.delete())
    shutil.rmtree(lasting.platform.settings.media, ignore_errors=True)
    return lasting


@pytest.fixture
def model(house: Agency) -> str:
    return house.owner.post("/models", MODEL)["id"]


def added(house: Agency, model: str, colour: str, **more: Any) -> Any:
    answer = upload(house.content, house, model, picture(colour), more=more)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.get_json()


def test_an_archived_model_gets_no_more_pictures(house: Agency, model: str):
    before = added(house, model, "red")
    house.owner.move(f"/models/{model}", "archive")
    answer = upload(house.content, house, model, picture("blue"))
    assert answer.status_code == 409
    assert answer.get_json()["detail"] == "The model is archived and gets no more pictures."
    assert house.operator.get(f"/models/{model}/media")["items"] == [before]


def test_a_picture_is_added_listed_and_shown(house: Agency, model: str):
    exif = Image.Exif()
    exif[0x010F] = "CAMERA-MAKER"
    answer = upload(house.content, house, model, picture(exif=exif), more={"title": "Backstage “Été”, Мила"})
    assert answer.status_code == 201
    made = answer.get_json()
    assert (made["position"], made["cover"], made["kind"]) == (1, True, "image/jpeg")
    assert (made["width"], made["height"], made["title"]) == (30, 20, "Backstage “Été”, Мила")
    assert made["uploaded_by"] == house.content.id
    assert answer.headers["Location"] == made["url"] == f"/api/v1/models/{model}/media/{made['id']}"
    listed = house.operator.get(f"/models/{model}/media")
    assert listed == {"items": [made], "next_cursor": None, "has_more": False}
    shown = house.operator.send("GET", f"/models/{model}/media/{made['id']}")
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert Image.open(BytesIO(shown.data)).size == (30, 20)
    assert b"CAMERA" not in shown.data
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert shown.headers["Cache-Control"] == "private, no-cache"
    assert shown.headers["ETag"] == made["etag"] == answer.headers["ETag"]
    again = house.operator.send("GET", f"/models/{model}/media/{made['id']}", If_None_Match=made["etag"])
    assert (again.status_code, again.data) == (304, b"")
    saved = house.operator.send("GET", f"/models/{model}/media/{made['id']}?download=1")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    part = house.operator.send("GET", f"/models/{model}/media/{made['id']}", Range="bytes=0-2")
    assert (part.status_code, part.data) == (206, b"\xff\xd8\xff")


def test_the_file_lies_outside_under_a_name_by_chance(house: Agency, model: str):
    made = added(house, model, "red")
    (file,) = files(house)
    assert file == MediaFolder(house.platform.settings.media).path(rows(house)[0]["file"])
    assert made["id"] not in str(file)
    assert file.suffix == ""
    assert file.stat().st_mode & 0o137 == 0


def test_it_is_audited_in_the_same_unit(house: Agency, model: str):
    made = added(house, model, "red", title="One")
    house.content.send("PATCH", f"/models/{model}/media/{made['id']}", {"title": "Two"}, If_Match="*")
    house.content.send("DELETE", f"/models/{model}/media/{made['id']}")
    entries = [one for one in audit(house, model) if one["action"].startswith("model.media")]
    assert [one["action"] for one in entries] == ["model.media_removed", "model.media_changed", "model.media_added"]
    assert entries[1]["changes"] == {"media": [made["id"], made["id"]], "title": ["One", "Two"]}
    assert all(one["actor"] == house.content.id and one["request_id"] and one["address"] for one in entries)


def test_who_may_not_change_the_model_may_not_change_its_pictures(house: Agency, model: str):
    made = added(house, model, "red")
    path = f"/models/{model}/media/{made['id']}"
    before = rows(house)
    assert upload(house.operator, house, model, picture("blue")).status_code == 403
    assert house.operator.send("PATCH", path, {"title": "x"}, If_Match="*").status_code == 403
    assert house.operator.send("DELETE", path).status_code == 403
    assert upload(None, house, model, picture("blue")).status_code == 401
    assert house.http.get(f"/api/v1{path}").status_code == 401
    assert rows(house) == before
    assert len(files(house)) == 1
    refused = [one for one in audit(house, model) if one["outcome"] == "refused"]
    assert {(one["actor"], one["action"]) for one in refused} == {(house.operator.id, "models.update")}


def test_a_grant_of_some_fields_does_not_cover_media(house: Agency, model: str, monkeypatch: pytest.MonkeyPatch):
    """A role that may change the name only; the checker lets nobody list ``media`` as a field."""
    from dataclasses import replace

    allow = commands.allow

    def some(*arguments: Any) -> Any:
        found = allow(*arguments)
        return None if found is None else replace(found, writable=frozenset({"name"}))

    monkeypatch.setattr(commands, "allow", some)
    assert upload(house.content, house, model, picture()).status_code == 403
    assert (rows(house), files(house)) == ([], [])


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_is_not_there_is_not_found(house: Agency, model: str, method: str):
    other = house.owner.post("/models", MODEL)["id"]
    made = added(house, other, "red")
    for path in (
        f"/models/{model}/media/{made['id']}",
        f"/models/nobody/media/{made['id']}",
        f"/models/{model}/media/x",
    ):
        answer = house.owner.send(method, path, {"title": "x"} if method == "PATCH" else None, If_Match="*")
        assert answer.status_code == 404, path
    assert upload(house.owner, house, "nobody", picture()).status_code == 404
    assert house.owner.send("GET", "/models/nobody/media").status_code == 404
    assert len(files(house)) == len(rows(house)) == 1


def test_the_same_picture_again_names_the_one_there_is(house: Agency, model: str):
    made = added(house, model, "red", title="First")
    answer = upload(house.content, house, model, picture("red"), more={"title": "Second"})
    assert answer.status_code == 409
    assert answer.get_json()["winner"] == {"type": "media", "id": made["id"], "code": "First"}
    other = house.owner.post("/models", MODEL)["id"]
    assert upload(house.content, house, other, picture("red")).status_code == 201
    assert len(files(house)) == len(rows(house)) == 2


def test_a_repeat_with_its_key_is_one_picture(house: Agency, model: str):
    first = upload(house.content, house, model, picture(), Idempotency_Key=f"k-{model}")
    second = upload(house.content, house, model, picture(), Idempotency_Key=f"k-{model}")
    assert second.get_json() == first.get_json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert upload(house.content, house, model, picture("blue"), Idempotency_Key=f"k-{model}").status_code == 422
    assert len(files(house)) == len(rows(house)) == 1


@pytest.mark.parametrize(
    ("content", "name", "kind", "status"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.jpg", "image/jpeg", 415),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "image/svg+xml", 415),
        (b"<!doctype html><script>alert(1)</script>", "a.png", "image/png", 415),
        (picture(), "a.html", "image/jpeg", 415),
        (picture(), "a.jpg", "text/html", 415),
        (picture()[:-300], "a.jpg", "image/jpeg", 422),
        (b"", "a.jpg", "image/jpeg", 422),
        (picture(size=(6_000, 5_000), kind="PNG"), "a.png", "image/png", 413),
    ],
)
def test_of_what_is_refused_nothing_is_left(
    house: Agency, model: str, content: bytes, name: str, kind: str, status: int
):
    answer = upload(house.content, house, model, content, name, kind)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert len(answer.get_json()["detail"]) > 10
    assert (rows(house), files(house)) == ([], [])
    assert not [one for one in audit(house, model) if "media" in one["action"]]


def test_a_picture_that_is_also_a_page_is_served_as_a_picture_alone(house: Agency, model: str):
    content = picture() + b"<script>alert(1)</script>"
    made = upload(house.content, house, model, content).get_json()
    assert b"script" not in house.content.send("GET", f"/models/{model}/media/{made['id']}").data


FILE = (picture(), "a.jpg")


def _fresh(one: Any) -> Any:
    return one if isinstance(one, str) else (BytesIO(one[0]), one[1])


@pytest.mark.parametrize(
    ("data", "pointers"),
    [
        ({}, {"/file"}),
        ({"file": ["text"]}, {"/file"}),
        ({"title": ["x"]}, {"/file"}),
        ({"file": [FILE], "cover": ["true"]}, {"/cover"}),
        ({"file": [FILE, FILE]}, {"/file"}),
        ({"file": [FILE], "title": ["x", "y"]}, {"/title"}),
        ({"file": [FILE], "title": ["x" * 301]}, {"/title"}),
        ({"file": [FILE], "title": ["a\0b"]}, {"/title"}),
        ({"file": [FILE], "other": [FILE], "third": ["x"]}, {"/other", "/third"}),
    ],
)
def test_a_form_that_does_not_fit_is_told_all_at_once(
    house: Agency, model: str, data: dict[str, list[Any]], pointers: set[str]
):
    fresh = {name: [_fresh(one) for one in value] for name, value in data.items()}
    answer = house.http.post(
        f"/api/v1/models/{model}/media",
        data=fresh,
        content_type="multipart/form-data",
        headers={"Authorization": f"Bearer {house.content.token}"},
    )
    assert answer.status_code == 422
    assert pointers <= {one["pointer"] for one in answer.get_json()["errors"]}
    assert files(house) == []


def test_json_is_no_upload(house: Agency, model: str):
    assert house.content.send("POST", f"/models/{model}/media", {"file": "x"}).status_code == 415


def test_a_body_beyond_the_limit_is_too_large(house: Agency, model: str):
    assert upload(house.content, house, model, b"\xff\xd8\xff" + b"\0" * (20 * 2**20)).status_code == 413
    assert files(house) == []


def test_titles_order_and_cover_are_changed_by_who_knows_the_version(house: Agency, model: str):
    one, two, three = (added(house, model, colour)["id"] for colour in ("red", "green", "blue"))
    base = f"/models/{model}/media"

    def order() -> list[str]:
        return [row["id"] for row in house.operator.get(base)["items"]]

    assert house.content.send("PATCH", f"{base}/{three}", {"position": 1}).status_code == 428
    etag = house.content.send("GET", f"{base}/{three}").headers["ETag"]
    moved = house.content.send("PATCH", f"{base}/{three}", {"position": 1, "title": "C"}, If_Match=etag)
    assert (moved.status_code, moved.get_json()["position"], moved.get_json()["title"]) == (200, 1, "C")
    assert house.content.send("PATCH", f"{base}/{three}", {"title": "D"}, If_Match=etag).status_code == 412
    listed = f"{etag}, {moved.headers['ETag']}"
    assert house.content.send("PATCH", f"{base}/{three}", {"title": "C"}, If_Match=listed).status_code == 200
    assert house.content.send("DELETE", f"{base}/{three}", If_Match=etag).status_code == 412
    assert order() == [three, one, two]
    covers = {row["id"]: row["cover"] for row in house.operator.get(base)["items"]}
    assert covers == {one: True, two: False, three: False}
    chosen = house.content.patch(f"{base}/{two}", {"cover": True})
    assert chosen["cover"]
    assert [row["cover"] for row in house.operator.get(base)["items"]] == [False, False, True]
    assert house.content.patch(f"{base}/{two}", {"title": None})["title"] is None
    assert house.content.send("DELETE", f"{base}/{two}").status_code == 204
    left = house.operator.get(base)["items"]
    assert [(row["id"], row["position"], row["cover"]) for row in left] == [(three, 1, True), (one, 2, False)]
    assert len(files(house)) == 2
    assert house.operator.send("GET", f"{base}/{two}").status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"position": 0},
        {"position": 2},
        {"position": True},
        {"position": "1"},
        {"position": None},
        {"cover": False},
        {"cover": "yes"},
        {"title": 5},
        {"title": "x" * 301},
        {"title": "a\nb"},
        {"file": "x"},
        {"hash": "x"},
    ],
)
def test_changes_that_do_not_fit_change_nothing(house: Agency, model: str, values: dict[str, Any]):
    made = added(house, model, "red")
    before = rows(house)
    answer = house.content.send("PATCH", f"/models/{model}/media/{made['id']}", values, If_Match=made["etag"])
    assert answer.status_code == 422
    assert rows(house) == before


@pytest.mark.parametrize(
    "title", ["x" * 300, "محمد", "王小明", "Ἀθηνᾶ", "\u202egnirts", "{{ 7*7 }}", "'; DROP TABLE media; --"]
)
def test_titles_come_back_as_they_were_written(house: Agency, model: str, title: str):
    assert added(house, model, "red", title=title)["title"] == title


def test_a_model_has_so_many_pictures_and_no_more(house: Agency, model: str, monkeypatch: pytest.MonkeyPatch):
    added(house, model, "red")
    monkeypatch.setattr(media, "MOST_PICTURES", 1)
    answer = upload(house.content, house, model, picture("blue"))
    assert (answer.status_code, answer.get_json()["title"]) == (507, "No room left")
    monkeypatch.setattr(media, "MOST_PICTURES", 100)
    monkeypatch.setattr(media, "MOST_BYTES", rows(house)[0]["size"] + 10)
    assert upload(house.content, house, model, picture("blue")).status_code == 507
    assert len(files(house)) == len(rows(house)) == 1


def test_a_full_disk_is_told_and_leaves_nothing(house: Agency, model: str, monkeypatch: pytest.MonkeyPatch):
    import errno

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    house.content  # noqa: B018 - signs in before the disk is full
    monkeypatch.setattr(os, "fsync", full)
    assert upload(house.content, house, model, picture()).status_code == 507
    monkeypatch.undo()
    assert (rows(house), files(house)) == ([], [])


def test_a_crash_between_file_and_row_leaves_a_file_that_the_sweep_takes(
    house: Agency, model: str, monkeypatch: pytest.MonkeyPatch
):
    kept = added(house, model, "red")

    def crash(*_: object) -> None:
        raise RuntimeError("killed")

    house.content  # noqa: B018
    with monkeypatch.context() as patch:
        patch.setattr(media, "add", crash)
        assert upload(house.content, house, model, picture("blue")).status_code == 500
    with monkeypatch.context() as patch:
        patch.setattr(MediaFolder, "remove", crash)
        assert house.content.send("DELETE", f"/models/{model}/media/{kept['id']}").status_code == 500
    added(house, model, "green")
    assert (len(files(house)), len(rows(house))) == (3, 1)
    past = time.time() - 7_200
    for file in files(house):
        os.utime(file, (past, past))
    folder = MediaFolder(house.platform.settings.media)
    with house.platform.database.connect() as connection:
        assert len(folder.sweep(lambda names: media.known_files(connection, names))) == 2
    assert [file.name for file in files(house)] == [row["file"] for row in rows(house)]


def test_the_description_tells_of_uploads(house: Agency):
    paths = house.owner.get("/openapi.json")["paths"]
    body = paths["/api/v1/models/{id}/media"]["post"]["requestBody"]["content"]
    assert list(body) == ["multipart/form-data"]
    answer = paths["/api/v1/models/{id}/media/{media_id}"]["get"]["responses"]["200"]["content"]
    assert set(answer) == {"image/jpeg", "image/png", "image/webp"}
