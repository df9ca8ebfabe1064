"""``python -m bench.serve product|bare URL FOLDER PORT``: one server process, as ``virel serve`` runs it.

``bare`` serves, by the same server in the same way, one Flask view that says the statements of the product's own change.
"""

from __future__ import annotations

import sys
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import orjson
from a2wsgi import WSGIMiddleware
from flask import Flask, Response, jsonify, request

from app.bootstrap import Platform
from app.records.database import WRITING
from app.road.commands import new_id
from app.serving import THREADS, Serving
from app.web.app import create_app
from bench import stores
from bench.recorded import Recorder, Replay


def change_headers(token: str, tag: str, number: int) -> dict[str, str]:
    """What a careful client sends with a change."""
    return {"Authorization": f"Bearer {token}", "If-Match": tag, "Idempotency-Key": f"key-{number}-{new_id()}"}


def bare(platform: Platform) -> Any:
    """The server's application around a plain view: it takes JSON, does the recorded statements in one transaction, and
    answers with JSON of the product's length.
    """
    import sqlalchemy as sa

    from app.store.entities import BOOKINGS

    client, database = create_app(platform).test_client(), platform.database
    login = {"email": "manager@demo.virel", "password": "demo-demo-demo"}
    token = client.post("/api/v1/auth/login", json=login).get_json()["access_token"]
    with database.connect() as connection:
        entity = str(connection.scalar(sa.select(sa.func.min(BOOKINGS.c.id)).where(BOOKINGS.c.code == "BK-0")))
        standing = set(connection.scalars(sa.select(sa.text("id")).select_from(sa.text("events"))))
        for table in ("users", "clients", "models", "bookings", "token_families"):
            standing |= set(connection.scalars(sa.select(sa.text("id")).select_from(sa.text(table))))
    path = f"/api/v1/bookings/{entity}"
    recorder, answer = Recorder(), client.get(path, headers={"Authorization": f"Bearer {token}"})
    for number in range(2):  # the first change finds what later ones find ready
        headers = change_headers(token, answer.headers["ETag"], number)
        with recorder.listening(database):
            recorder.said.clear()
            answer = client.patch(path, json={"notes": f"note {number}"}, headers=headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
    said = [one for one in recorder.said if not _beside(one)]
    if "--list" in sys.argv:
        for one in said:
            print(str(one.make())[:150].replace("\n", " "), file=sys.stderr)
    replay, told = Replay(said, entity, standing), answer.get_json()
    turn: Any = threading.Lock() if database.dialect.name == "sqlite" else nullcontext()
    ahead: dict[str, int] = {}
    app = Flask("bare", static_folder=None)

    def view(id: str) -> Response:
        values = request.get_json()
        with turn, database.connect() as plain:
            connection = plain.execution_options(**WRITING)
            with connection.begin():
                done = ahead.get(id, 0) + 1
                replay(connection, id, done if id == entity else done - 2, new_id)
                ahead[id] = done
        return jsonify({**told, **values})

    app.add_url_rule("/api/v1/bookings/<id>", "change", view, methods=["PATCH"])
    return WSGIMiddleware(app, workers=THREADS)  # type: ignore[arg-type]


def _beside(one: Any) -> bool:
    """Whether a statement is no part of the change itself: who asks, and the key that makes a repeat safe."""
    text = str(one.make())
    return "token_families" in text or "idempotency" in text


def main() -> None:
    import uvicorn

    kind, url, folder, port = sys.argv[1:5]
    platform = stores.opened(url, Path(folder))
    app: Any = Serving(platform) if kind == "product" else bare(platform)
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning", server_header=False)


if __name__ == "__main__":
    main()

__all__ = ["change_headers", "orjson"]
