"""One search for everything: by code, name and title, only what its asker may see, and no scan of what is many."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.road.finding import spellings
from app.web.pages.finding import lit
from tests.app.web.conftest import Agency
from tests.app.web.pages.visiting import Visit, text_of
from tests.app.web.population import populated
from tests.app.web.test_release_one import a_booking, a_client, a_model


def test_codes_names_and_titles_are_found_in_groups_with_what_belongs_to_them(house: Agency) -> None:
    booking = a_booking(house)
    visit = Visit(house, "manager")
    for words in (booking["code"], booking["code"].lower(), booking["code"][:5], booking["code"][3:]):
        assert f'href="/bookings/{booking["id"]}"' in visit.get(f"/find?part=1&q={words}"), words
    text = text_of(visit.get("/find?part=1&q=anna"))
    for group in ("Inquiries", "Bookings", "Clients"):
        assert group in text, group
    house.manager.post("/tasks", {"title": "Ring the studio", "queue": "operations"})
    assert "studio" in visit.get("/find?q=STUDIO").lower()
    assert "Nothing fits" in visit.get("/find?q=qqqq")
    assert "<h1>" in visit.get("/find")


def test_what_somebody_may_not_see_is_not_found_by_them_and_nothing_hidden_is_on_the_wire(house: Agency) -> None:
    populated(house)
    house.manager.post("/tasks", {"title": "Count the money", "queue": "finance"})
    a_model(house, name="Nora", notes_internal="Sleeps in", day_rate={"amount": 123_457, "currency": "EUR"})
    operator, content = Visit(house, "operator"), Visit(house, "content")
    assert "Count" not in operator.get("/find?part=1&q=count")
    assert "anna" not in content.get("/find?part=1&q=anna").lower().replace("q=anna", "")
    for words in ("nora", "anna", "mia", "bk-", "in-", "sleeps", "123457"):
        page = operator.get(f"/find?part=1&q={words}")
        for secret in ("Sleeps", "1,234", "123457", "123,457", "100000", "1,000.00"):
            assert secret not in page, (words, secret)


def test_strange_words_find_nothing_and_break_nothing(house: Agency) -> None:
    a_client(house, name='<b>"Bold"</b>')
    visit = Visit(house, "manager")
    for words in ("%00", "%22%20%7C%7C%20true", "'--", "a" * 500, "🦊" * 90, '"' * 80, "%5C", "%E2%80%AE", "a%0Ab"):
        assert "</html>" in visit.get(f"/find?q={words}"), words
    page = visit.get("/find?q=bold")
    assert "<b>" not in page
    assert "&lt;b&gt;" in page


def test_no_search_reads_a_large_table_from_end_to_end(house: Agency) -> None:
    if house.platform.database.dialect.name != "sqlite":
        pytest.skip("plans are told by SQLite")
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
        asked.append((statement, parameters))

    a_booking(house)
    visit = Visit(house, "manager")
    sa.event.listen(house.platform.database, "before_cursor_execute", note)
    visit.get("/find?part=1&q=bk-2")
    visit.get("/find?part=1&q=anna")
    sa.event.remove(house.platform.database, "before_cursor_execute", note)
    large = ("bookings", "inquiries", "tasks")
    with house.platform.database.connect() as connection:
        for statement, parameters in asked:
            if not statement.lstrip().upper().startswith("SELECT"):
                continue
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
            for row in plan:
                assert not any(row.detail == f"SCAN {name}" for name in large), (row.detail, statement)


def test_what_was_looked_for_is_marked_however_it_is_written() -> None:
    assert str(lit("Maison Kestrel", "kest")) == "Maison <mark>Kest</mark>rel"
    assert str(lit("Студия <Линия>", "линия")) == "Студия &lt;<mark>Линия</mark>&gt;"
    assert str(lit("Nothing", "")) == "Nothing"
    assert spellings("дом заря") == ["дом заря", "Дом Заря", "ДОМ ЗАРЯ", "Дом заря"]
