"""Pages as a Russian reader sees them: every part of them, and why something is refused."""

from __future__ import annotations

import re

import pytest

from tests.app.web.conftest import Agency
from tests.app.web.pages.browsing import Visit
from tests.app.web.pages.test_inquiries import asked

PAGES: tuple[str, ...] = (
    "/",
    "/inquiries",
    "/inquiries/new",
    "/bookings",
    "/bookings/new",
    "/models",
    "/models/new",
    "/clients",
)
PAGES += ("/clients/new", "/people", "/people/new", "/people/roles", "/people/why", "/me", "/audit", "/find?q=zzz")
OURS = re.compile(r"Virel|JavaScript|English|Enter|Esc|JPEG|PNG|WebP|VIP|EUR|USD|GBP|CHF|RUB|IANA|Europe/Berlin|Linux")
CODE = re.compile(
    r"<(?:code|script|style|svg|option|kbd)\b.*?</(?:code|script|style|svg|option|kbd)>|<[^>]+>", re.DOTALL
)


@pytest.fixture
def reader(house: Agency) -> Visit:
    visit = Visit(house, "owner")
    visit.door.http.set_cookie("lang", "ru")
    return visit


@pytest.mark.parametrize("path", PAGES)
def test_no_sentence_of_a_page_is_left_in_english(reader: Visit, path: str) -> None:
    text = re.sub(r"<span class=\"m\b[^>]*>.*?</span>", "", reader.get(path), flags=re.DOTALL)
    words = OURS.sub("", CODE.sub("\n", text))
    assert [line for line in re.findall(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}", words) if "virel" not in line] == []


def test_a_refusal_is_said_in_the_readers_words(house: Agency, reader: Visit) -> None:
    inquiry = asked(house)
    path = f"/acts/inquiry/{inquiry['id']}"
    assert reader.post(f"{path}/answer").status_code == 204
    again = reader.told(reader.post(f"{path}/answer"))["refused"]["text"]
    assert again == "Действие «Ответить» недоступно в\N{NO-BREAK SPACE}состоянии «Отвечено»."
    reason = reader.told(reader.post(f"{path}/lose"))["refused"]["text"]
    assert reason.startswith("Причина: для\N{NO-BREAK SPACE}действия") or "нужно поле «причина»" in reason
