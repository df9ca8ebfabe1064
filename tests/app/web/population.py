"""An agency at work: some entities of every kind, made over HTTP, for tests that need something to point at."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from PIL import Image

from app.records.events import EVENTS
from tests.app.web.conftest import Agency

RATE = {"amount": 100_000, "currency": "EUR"}


@dataclass(frozen=True, slots=True)
class Population:
    """Ids by kind of entity."""

    ids: dict[str, list[str]]

    def kind_of(self, path: str) -> str | None:
        """The kind of entity that a path of the interface names first."""
        plural = path.removeprefix("/api/v1").split("/")[1]
        singular = {"inquiries": "inquiry"}.get(plural, plural.removesuffix("s"))
        return singular if singular in self.ids else None


def populated(house: Agency) -> Population:
    """The agency with two to four entities of each kind."""
    owner, manager, finance = house.owner, house.manager, house.finance
    clients = [owner.post("/clients", {"name": name, "email": f"{name}@example.test"}) for name in ("anna", "berta")]
    models = [
        owner.post("/models", {"name": name, "category": "runway", "home_city": "Berlin", "day_rate": RATE})
        for name in ("Mia", "Zoe", "Lea")
    ]
    for model in models[:2]:
        owner.move(f"/models/{model['id']}", "publish")
    times = [
        {"starts_at": f"2026-04-{day:02}T08:00:00Z", "ends_at": f"2026-04-{day:02}T18:00:00Z"} for day in range(1, 9)
    ]
    inquiries = [
        owner.post("/inquiries", {"category": "runway", "client": clients[0]["id"], "budget": RATE, **times[day]})
        for day in range(3)
    ]
    bookings = [
        owner.post(
            "/bookings",
            {"client": clients[0]["id"], "model": models[0]["id"], "city": "Berlin", "total": RATE, **times[day]},
        )
        for day in range(4)
    ]
    options = [owner.post(f"/bookings/{booking['id']}/options") for booking in bookings[:2]]
    slots = [owner.post("/slots", {"kind": "work", "model": models[1]["id"], **times[day]}) for day in range(2)]
    due = {"purpose": "deposit", "amount": RATE, "due_at": "2026-04-01T00:00:00Z"}
    payments = [finance.post("/payments", {**due, "booking": booking["id"]}) for booking in bookings[2:]]
    tasks = [
        manager.post("/tasks", {"title": f"Call {queue}", "queue": queue})
        for queue in ("operations", "finance", "operations")
    ]
    tasks.append(manager.post("/tasks", {"title": "Mine", "assignee": house.ids["operator"]}))
    found: dict[str, Any] = {
        "client": clients,
        "model": models,
        "inquiry": inquiries,
        "booking": bookings,
        "option": options,
        "slot": slots,
        "payment": payments,
        "task": tasks,
    }
    ids = {kind: [one["id"] for one in them] for kind, them in found.items()}
    ids["exception"] = [exception(house, ids["booking"][3]), exception(house, ids["booking"][2])]
    ids["user"] = [house.ids[name] for name in ("content", "finance")]
    with house.platform.database.connect() as connection:
        ids["event"] = [row.id for row in connection.execute(sa.select(EVENTS.c.id).order_by(EVENTS.c.seq).limit(20))]
    ids["media"] = [picture(house, ids["model"][0]), picture(house, ids["model"][0], "green")]
    return Population(ids)


def exception(house: Agency, booking: str) -> str:
    """An exception, which only rules and the platform make."""
    from app.commands import entities
    from app.road.caller import system

    values = {"reason": "late", "title": "Look at this", "about": f"booking/{booking}"}
    made = house.platform.pipeline.run(system("test"), lambda road: dict(entities.create(road, "exception", values)))
    return str(made["id"])


def drawn(colour: str = "red", kind: str = "PNG") -> bytes:
    """A small picture."""
    content = io.BytesIO()
    Image.new("RGB", (32, 32), colour).save(content, kind)
    return content.getvalue()


def picture(house: Agency, model: str, colour: str = "red") -> str:
    """A model's picture."""
    answer = house.http.post(
        f"/api/v1/models/{model}/media",
        data={"file": (io.BytesIO(drawn(colour)), "a.png", "image/png")},
        headers={"Authorization": f"Bearer {house.owner.token}"},
    )
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return str(answer.get_json()["id"])
