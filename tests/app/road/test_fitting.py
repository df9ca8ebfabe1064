"""What a value must be beyond its type."""

from __future__ import annotations

import pytest

from app.road.fitting import EARLIEST, LATEST, LONGEST, LONGEST_KEY, MOST_MONEY, in_order, longest, misfit
from app.road.problems import InvalidError
from app.store.entities import ENTITIES
from engine.catalog import Catalog
from engine.conditions.types import STRING
from engine.conditions.values import Timestamp

ONE_LINE = "expected a text without control characters, on one line"


def test_a_text_that_an_index_finds_is_shorter_than_a_row_of_the_index(agency: Catalog) -> None:
    assert LONGEST_KEY * 4 < 2_704  # bytes, all of them characters of four
    for id, table in ENTITIES.items():
        indexed = {column.name for index in table.indexes for column in index.columns}
        for name, field in agency.machines[id].fields.items():
            if field.type == STRING:
                assert longest(id, name) == (LONGEST_KEY if name in indexed or table.c[name].unique else LONGEST), name


@pytest.mark.parametrize(
    ("machine", "field", "value", "wrong"),
    [
        ("client", "name", "a" * LONGEST, None),
        ("client", "name", "a" * (LONGEST + 1), "at most 10000 characters"),
        ("client", "name", " \t", ONE_LINE),
        ("client", "name", " ", "expected a text that is not blank"),
        ("task", "title", "Call\x00", ONE_LINE),
        ("task", "title", "Call\nAnna", ONE_LINE),
        ("booking", "notes", "Call\r\n\tAnna", None),
        ("booking", "notes", "", None),
        ("booking", "notes", "Call\x1b[31m", "expected a text without control characters"),
        ("client", "email", "anna@example.test", None),
        ("client", "email", "anna", "this is no e-mail address, such as name@example.com"),
        ("client", "locale", "pt-BR", None),
        ("client", "locale", "Klingon!", "expected a language (BCP 47) such as en or pt-BR"),
        ("model", "rating_internal", 100, None),
        ("model", "rating_internal", 101, "expected a number from 0 to 100"),
        ("model", "rating_internal", -1, "expected a number from 0 to 100"),
        ("client", "email", "a" * (LONGEST_KEY + 1), "at most 500 characters"),
        ("client", "timezone", "Europe/Berlin", None),
        ("client", "timezone", "Berlin", "expected a zone of the IANA database, such as Europe/Berlin"),
        ("booking", "total", {"amount": 1, "currency": "EUR"}, None),
        (
            "booking",
            "total",
            {"amount": 1, "currency": "eur"},
            "expected the code of a currency (ISO 4217) in capital letters, such as EUR",
        ),
        (
            "booking",
            "total",
            {"amount": 1, "currency": "QQQ"},
            "expected the code of a currency (ISO 4217) in capital letters, such as EUR",
        ),
        ("booking", "total", {"amount": MOST_MONEY, "currency": "EUR"}, None),
        (
            "booking",
            "total",
            {"amount": MOST_MONEY + 1, "currency": "EUR"},
            "expected an amount of at most 9007199254740991 minor units",
        ),
        ("booking", "total", {"amount": -1, "currency": "EUR"}, "expected an amount of nothing or more"),
        ("option", "expires_at", EARLIEST, None),
        ("option", "expires_at", Timestamp(EARLIEST - 1), "expected an instant in the years 1970 to 2199"),
        ("task", "due", Timestamp(LATEST - 1), None),
        ("task", "due", LATEST, "expected an instant in the years 1970 to 2199"),
        ("booking", "client", "x" * 20_000, None),
        ("client", "phone", None, None),
    ],
)
def test_a_value_is_told_what_is_wrong_with_it(
    agency: Catalog, machine: str, field: str, value: object, wrong: str | None
) -> None:
    assert misfit(agency.machines[machine], field, value) == wrong


def test_what_ends_with_its_start_as_the_store_counts_is_refused(agency: Catalog) -> None:
    begins = Timestamp.parse("2026-05-01T08:00:00Z")
    in_order(agency.machines["slot"], {"starts_at": begins, "ends_at": Timestamp(begins + 1_000)})
    in_order(agency.machines["slot"], {"starts_at": begins})
    in_order(agency.machines["task"], {})
    with pytest.raises(InvalidError, match="it must end after it starts"):
        in_order(agency.machines["slot"], {"starts_at": begins, "ends_at": Timestamp(begins + 999)})
