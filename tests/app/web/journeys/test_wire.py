"""The wire: whatever an operator does in a browser, nothing that is hidden from them ever reaches it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.app.web.journeys.conftest import PATIENCE, Served, Visiting, settled
from tests.app.web.journeys.test_every_page import addresses

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response, WebSocket

WORDS = {"client": "zq-of-a-client", "model": "zq-of-a-model", "task": "zq-of-finance"}
MONEY = {
    "day_rate": 731_017_713,
    "budget": 842_019_917,
    "total": 953_027_719,
    "price": 614_038_823,
    "payment": 525_049_931,
}
"""Amounts in cents that stand in hidden fields, and nowhere else."""
BETWEEN = r"(?:[\s.,'’\u00a0\u202f]|&nbsp;|&#160;|&#8239;|\\u00a0|\\u202f)"
BUTTONS = """() => [...document.querySelectorAll("[hx-post], [data-act], [data-ask]")].map((one) => [
  one.getAttribute("hx-post") ?? one.dataset.act ?? one.dataset.ask,
  {...JSON.parse(one.getAttribute("hx-vals") ?? "{}"), ...(one.dataset.version ? {version: one.dataset.version} : {})},
])"""
SEND = "([path, values]) => htmx.ajax('POST', path, {values, swap: 'none', source: document.body}).catch(() => 0)"
OPEN = "() => { for (const one of document.querySelectorAll('details')) one.open = true; }"
BUILT = re.compile("/(built|static)/")
ENDS_IT = ("sign-ins", "/logout")
"""Acts after which the operator would no longer be there."""


def patterns(served: Served) -> dict[str, re.Pattern[str]]:
    """How what is hidden would look, by what it is."""
    found = {f"words of a {kind}": re.compile(word) for kind, word in WORDS.items()}
    for name, amount in MONEY.items():
        whole, cents = divmod(amount, 100)
        grouped = f"{whole:,}".replace(",", BETWEEN)
        found[name] = re.compile(rf"{amount}|{grouped}|{whole}[.,]{cents:02}")
    found["id of a payment"] = re.compile("|".join(served.ids["payment"]))
    found["deposit"] = re.compile(
        r"deposit_status(?:\"|&#34;|&quot;)?\s*[:=]\s*(?:\"|&#34;|&quot;)?(?:due|paid|waived)"
    )
    return found


@dataclass
class Wire:
    """Everything that a browser receives: answers with their headers, and the messages of the live feed."""

    page: Page
    received: list[tuple[str, str]] = field(default_factory=list)
    upto: int = 0
    _unread: list[Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("response", lambda one: None if BUILT.search(one.url) else self._unread.append(one))
        self.page.on("websocket", self._socket)

    def open(self, address: str) -> None:
        """Goes somewhere, and reads what came of it once the page has all that it fetches."""
        self.read()
        self.page.goto(address)
        if "#" in address:  # the page may have been there already
            self.page.reload()
        if self.page.locator("#live").count():
            settled(self.page)
        self.page.evaluate(OPEN)
        self.read()

    def read(self) -> None:
        """Reads what came, before the browser forgets it."""
        while self._unread:
            one = self._unread.pop(0)
            body = "" if 300 <= one.status < 400 else self._body(one)
            told = "\n".join(f"{name}: {value}" for name, value in one.headers.items())
            asked = urlsplit(one.url).path  # that a page names the address it was asked for tells nobody anything
            self.received.append((f"{one.request.method} {one.url}", f"{told}\n{body.replace(asked, '')}"))

    def _body(self, one: Response) -> str:
        from playwright.sync_api import Error

        try:
            return _text(one.body())
        except Error:  # the browser has gone elsewhere meanwhile: it is asked for again
            assert one.request.method == "GET" or "presence" in one.url, one.url
            return _text(self.page.request.get(one.url, max_redirects=0).body()) if one.request.method == "GET" else ""

    def _socket(self, socket: WebSocket) -> None:
        def told(message: str | bytes) -> None:
            text = message if isinstance(message, str) else _text(message)
            self.received.append((socket.url, text))
            self.upto = json.loads(text)["upto"]

        socket.on("framereceived", told)

    def hear(self, served: Served) -> None:
        """Waits until the feed has told of everything that was done."""
        with served.house.platform.database.connect() as connection:
            sql = "SELECT (SELECT max(seq) FROM feed) + (SELECT count(*) FROM feed_pending)"
            done = connection.exec_driver_sql(sql).scalar() or 0
        end = time.monotonic() + PATIENCE / 1000
        while self.upto < done:
            assert time.monotonic() < end, f"told up to {self.upto} of {done}"
            self.page.wait_for_timeout(50)

    def leaks(self, looks: dict[str, re.Pattern[str]]) -> Iterator[str]:
        for place, text in self.received:
            for name, look in looks.items():
                found = look.search(text)
                if found is not None:
                    yield f"{name} at {place}: … {text[max(0, found.start() - 150) : found.end() + 50]} …"


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def mark(served: Served) -> None:
    """Puts something to be found into every field that is hidden from operators."""
    house, ids = served.house, served.ids

    def money(name: str) -> dict[str, Any]:
        return {"amount": MONEY[name], "currency": "EUR"}

    for id in ids["client"]:
        house.owner.patch(f"/clients/{id}", {"notes_internal": WORDS["client"]})
    for id in ids["model"]:
        house.owner.patch(f"/models/{id}", {"notes_internal": WORDS["model"], "day_rate": money("day_rate")})
    for id in ids["inquiry"]:
        house.owner.patch(f"/inquiries/{id}", {"budget": money("budget")})
    for id in ids["booking"]:
        house.owner.patch(f"/bookings/{id}", {"total": money("total")})
        due = {"purpose": "deposit", "amount": money("payment"), "due_at": "2026-04-01T00:00:00Z", "booking": id}
        ids["payment"].append(house.finance.post("/payments", due)["id"])
    house.owner.post(f"/bookings/{ids['booking'][0]}/services", {"title": "Make-up", "price": money("price")})
    house.finance.patch(f"/bookings/{ids['booking'][1]}", {"deposit_status": "waived"})
    house.manager.post("/tasks", {"title": WORDS["task"], "queue": "finance"})
    for id in ids["payment"][:2]:
        house.manager.post("/tasks", {"title": "Ask", "queue": "operations", "about": f"payment/{id}"})


def interface(served: Served) -> Iterator[str]:
    """What a page's scripts could ask of the REST interface."""
    plurals = {"inquiry": "inquiries", "media": None, "event": None}
    for kind, ids in served.ids.items():
        plural = plurals.get(kind, f"{kind}s")
        if plural is not None:
            yield f"/api/v1/{plural}"
            for id in ids:
                yield f"/api/v1/{plural}/{id}"
                yield f"/api/v1/{plural}/{id}/timeline"
                yield f"/api/v1/audit?entity_type={kind}&entity_id={id}"
    for id in served.ids["event"]:
        yield f"/api/v1/events/{id}/why"
    for model in served.ids["model"]:
        yield f"/api/v1/models/{model}/media"


def walk(wire: Wire, served: Served, *, again: bool = False) -> Iterator[tuple[str, dict[str, str]]]:
    """Opens every page, with all that is folded away; the acts that each offers. ``again``: those that acts have changed."""
    kinds = ("booking", "client", "model", "inquiry")
    audits = [f"/audit?entity_type={kind}&entity_id={served.ids[kind][0]}" for kind in kinds]
    cards = [f"/#{kind}/{id}" for kind in ("task", "exception") for id in served.ids[kind]]
    every = [f"/bookings/{id}" for id in served.ids["booking"]]
    changed = [*audits, *cards[:1], *every, "/?tab=all", "/find?q=zq", "/inquiries?part=all"]
    for address in changed if again else [*addresses(served), *cards[1:], *changed]:
        wire.open(address)
        if "inquir" in address or "#" in address:
            wire.page.wait_for_load_state("networkidle")
        yield from wire.page.evaluate(BUTTONS)


def submit(wire: Wire, served: Served) -> None:
    """Sends the first form of every page as it stands."""
    for address in addresses(served):
        if wire.page.request.get(address, max_redirects=0).text().find('<form method="post"') < 0:
            continue
        wire.open(address)
        form = wire.page.locator("main form[method=post]")
        if form.count() and wire.page.locator("#live").count():
            with wire.page.expect_navigation():
                form.first.evaluate("one => { one.noValidate = true; one.requestSubmit(); }")
            wire.read()


@pytest.mark.slow
def test_nothing_hidden_reaches_an_operators_browser(visit: Visiting, served: Served):
    visit.forgive("status of|Status Error|htmx:|net::ERR")
    page = visit("operator")
    wire = Wire(page)
    wire.open(f"/bookings/{served.ids['booking'][0]}")
    begun = wire.upto
    mark(served)
    wire.hear(served)
    assert wire.upto > begun, "the feed told of the changes"
    acts = {path: values for path, values in walk(wire, served) if not any(one in path for one in ENDS_IT)}
    assert len(acts) > 20, sorted(acts)
    fetched = "all => Promise.all(all.map((address) => fetch(address).then((one) => one.text())))"
    page.evaluate(fetched, list(interface(served)))
    wire.read()
    wire.open("/clients")
    acts["/acts/work/bulk"] = {"what": "resolve", "items": " ".join(f"task/{id}" for id in served.ids["task"])}
    for path, values in acts.items():
        page.evaluate(SEND, [path, {"reason": "because", **{k: v for k, v in values.items() if k != "version"}}])
    wire.read()
    submit(wire, served)
    for _act in walk(wire, served, again=True):
        pass
    said = [place for place, text in wire.received if place.startswith("POST") and '"said"' in text]
    assert len(said) > 15, said
    looks = patterns(served)
    leaks = list(wire.leaks(looks))
    assert not leaks, f"{len(leaks)} leaks\n" + "\n".join(leaks[:20])
    assert {one.partition(" at ")[0] for one in told_to_owners(visit, served).leaks(looks)} == set(looks)


def told_to_owners(visit: Visiting, served: Served) -> Wire:
    """What an owner's browser receives: all of it, else its absence elsewhere would prove nothing."""
    seen = Wire(visit("owner"))
    for kind in ("client", "model", "inquiry", "booking"):
        for id in served.ids[kind][:2]:
            seen.open(f"/{'inquiries' if kind == 'inquiry' else kind + 's'}/{id}")
    seen.open("/?tab=all")
    for path in (f"/bookings/{served.ids['booking'][1]}", "/payments"):
        seen.page.evaluate("path => fetch(path).then((one) => one.text())", f"/api/v1{path}")
    seen.read()
    return seen
