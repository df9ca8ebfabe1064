"""The live feed over real sockets: who is told what, who is let in, and what becomes of a socket that does not read."""

from __future__ import annotations

import socket as sockets
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.clock import WallClock
from app.live import socket
from engine.catalog import Catalog
from tests.app.live_viewer import LiveViewer
from tests.app.servers import Caller, Site, wait_for


class Watched:
    """A site with its people, and viewers that are closed with it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.ids = site.seeded()
        site.start()
        site.ready()
        self.people = {name: Caller(site, name) for name in self.ids}
        self.viewers: list[LiveViewer] = []

    def token(self, name: str) -> str:
        self.people[name].get("/me")
        token = self.people[name]._token
        assert token is not None
        return token

    def view(self, name: str, after: int | None = None, **headers: str) -> LiveViewer:
        found = LiveViewer(self.site.port, self.token(name), after, **headers)
        self.viewers.append(found)
        return found

    def head(self) -> int:
        """The feed's last number, once all that was committed has one."""
        wait_for(lambda: not self.site.rows("SELECT number FROM feed_pending LIMIT 1"), "everything is numbered")
        found: int = self.site.rows("SELECT coalesce(max(seq), 0) AS seq FROM feed")[0]["seq"]
        return found

    def task(self, **values: Any) -> str:
        found: str = self.people["manager"].post("/tasks", {"title": "Call Anna", **values})["id"]
        return found


@pytest.fixture
def watched(store: str, tmp_path: Path, agency: Catalog, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setattr(socket, "RECHECK", 0.2)
    monkeypatch.setattr(socket, "SLOWEST", 1.0)
    found = Watched(Site(store, tmp_path, agency, apart=False, clock=WallClock()))
    yield found
    for one in found.viewers:
        one.close()
    found.site.stop()


def of(items: list[dict[str, Any]], id: str) -> list[tuple[str, bool]]:
    return [(one["type"], one.get("gone", False)) for one in items if one["entity"]["id"] == id]


def test_viewers_hear_of_what_they_may_see_and_that_it_is_gone(watched: Watched) -> None:
    owner, operator = watched.view("owner"), watched.view("operator")
    mine = watched.task(assignee=watched.ids["operator"])
    others = watched.task(queue="finance")
    head = watched.head()
    assert of(owner.read(head), others) == [("task.created", False)]
    made = [("task.created", False), ("task.status_changed", False)]
    assert of(operator.read(head), mine) == made
    assert of(operator.items, others) == []
    manager = watched.people["manager"]
    manager.post(f"/tasks/{mine}/assign", {"user": watched.ids["manager"]})
    manager.post(f"/tasks/{mine}/assign", {"user": watched.ids["finance"]})
    operator.read(watched.head())
    assert of(operator.items, mine) == [*made, ("task.updated", True)]
    assert [one["seq"] for one in owner.items] == sorted({one["seq"] for one in owner.items})
    assert all(set(one) <= {"seq", "type", "entity", "version", "gone"} for one in (*owner.items, *operator.items))


def test_a_viewer_resumes_where_they_were_also_after_the_server_was_killed(watched: Watched) -> None:
    first = watched.view("owner")
    begun = first.upto
    made = [watched.task() for _ in range(3)]
    told = list(first.read(watched.head()))
    for _ in range(2):
        watched.site.kill("web")
        with pytest.raises(ConnectionClosed):
            first.told_to_the_end()
        made += [watched.task() for _ in range(3)]  # whoever asks brings the server back
        watched.site.ready()
        again = watched.view("owner", first.upto)
        assert again.upto == first.upto
        told += again.read(watched.head())
        first = again
    created = [one["entity"]["id"] for one in told if one["type"] == "task.created"]
    assert created == made
    seqs = [one["seq"] for one in told]
    assert seqs == sorted(set(seqs))
    everything = watched.site.rows("SELECT seq FROM feed WHERE seq > :begun ORDER BY seq", begun=begun)
    assert seqs == [row["seq"] for row in everything]


def test_other_sites_and_strangers_are_turned_away(watched: Watched) -> None:
    with pytest.raises(InvalidStatus) as refused:
        watched.view("owner", Origin="https://elsewhere.example")
    assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus) as unknown:
        LiveViewer(watched.site.port, "no-token")
    assert unknown.value.response.status_code == 401
    watched.view("owner", Origin=f"http://127.0.0.1:{watched.site.port}")


def test_whoever_signs_out_is_told_to_sign_in_again(watched: Watched) -> None:
    viewer = watched.view("operator")
    operator = watched.people["operator"]
    assert operator.send("POST", "/auth/logout", {}).status < 300
    with pytest.raises(ConnectionClosed) as ended:
        viewer.told_to_the_end()
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == socket.SIGNED_OUT


def stalled_socket(watched: Watched) -> sockets.socket:
    """A socket that is let in and then reads nothing any more."""
    one = sockets.socket()
    one.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 2_048)
    one.connect(("127.0.0.1", watched.site.port))
    handshake = [
        "GET /live?after=0 HTTP/1.1",
        f"Host: 127.0.0.1:{watched.site.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        f"Authorization: Bearer {watched.token('owner')}",
    ]
    one.sendall(("\r\n".join(handshake) + "\r\n\r\n").encode())
    return one


def test_a_hundred_sockets_are_told_while_http_is_busy_and_stalled_ones_hurt_nobody(watched: Watched) -> None:
    stalled = [stalled_socket(watched) for _ in range(3)]
    with ThreadPoolExecutor(10) as pool:
        viewers = list(pool.map(lambda _: watched.view("owner"), range(100)))
    end, lags, answered = threading.Event(), [], []

    def load() -> None:
        caller = Caller(watched.site, "manager")
        while not end.is_set():
            begun = time.monotonic()
            caller.get("/tasks?limit=5")
            answered.append(time.monotonic() - begun)

    loading = [threading.Thread(target=load) for _ in range(2)]
    for one in loading:
        one.start()
    for _ in range(10):
        begun = time.monotonic()
        made = watched.task()
        while made not in {one["entity"]["id"] for one in viewers[0].items}:
            message = viewers[0].told()
            viewers[0].items += message.get("items", ())
            viewers[0].upto = message["upto"]
        lags.append(time.monotonic() - begun)
    head = watched.head()
    for viewer in viewers:
        viewer.read(head)
    end.set()
    for one in loading:
        one.join()
    seqs = {tuple(item["seq"] for item in viewer.items) for viewer in viewers}
    assert len(seqs) == 1
    assert len(answered) > 20
    slowest = max(lags)
    print(f"told {sorted(lags)[5]:.3f} s after asking (at most {slowest:.3f}), {len(answered)} requests beside")  # noqa: T201 - a figure, shown with -s
    assert slowest < 5
    for socket_of in stalled:
        socket_of.close()
