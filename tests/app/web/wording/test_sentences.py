"""Every sentence in which a command says why something is not done has words in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from app.road.problems import Fault, InvalidError, NotAllowedNowError
from app.web.pages.refusals import refusal
from app.web.wording import language
from app.web.wording.said import is_known, said
from app.web.wording.sentences import OTHERWISE, WHOLE
from tests.app.web.wording.sentences_of import ROOT, raised, returned

RAISING = ("app/commands", "app/identity", "app/road", "app/web/pages")
FOR_PROGRAMS = {
    # a program sends these, no page does
    "app/road/lists.py": ("column ", "no list can be filtered so", "a filter has", "this is no cursor"),
    "app/road/runs.py": ("this is no cursor",),
    "app/road/timeline.py": ("this is no cursor",),
    "app/road/audit_trail.py": ("this is no cursor",),
    "app/identity/demo.py": ("",),
    "app/road/pipeline.py": ("The store is busy",),
    "app/identity/passwords.py": ("Too many people",),
}
GIVING = (
    ("app/road/fitting.py", "misfit"),
    ("app/road/fitting.py", "_misfit_text"),
    ("app/identity/passwords.py", "_objection"),
    ("engine/simulation/fold.py", "refusal"),
    ("engine/access/wording.py", "allowing"),
    ("engine/diagnostics.py", "did_you_mean"),
)
SAMPLES = {
    "booking.get('code')": "BK-7K2MQ",
    "count": "3",
    "most": "500",
    "_currency(before['total'])": "EUR",
    "currency": "EUR",
    "option['id']": "018f-17",
    "_listed(made)": "due, none or waived",
    "', '.join(sorted(known))": "FINANCE, OWNER",
    "', '.join(machine.transitions)": "hold, confirm",
    "', '.join(missing)": "reason",
    "hint": 'did you mean "hold"?',
    "actor": "018f-99",
    "who": "018f-99",
    "_capital(conflict)": "The model's time is taken then already",
    "winner": "booking BK-7K2MQ",
    "beyond": "bookings.confirm",
    "permission": "bookings.confirm",
    "beyond.permission": "bookings.confirm",
    "verdict.message": "no such field",
    "about": "booking/1",
    "transition.name": "hold",
    "grant.permission": "bookings.confirm",
}


def sample(part: str) -> str:
    """A place in a sentence with something in it: numbers for constants, a name for everything else."""
    if not part.startswith("{"):
        return part
    inner = part[1:-1]
    number = bool(re.match(r"(MOST|LONGEST|SHORTEST|scale|EARLIEST)", inner)) or inner.startswith("longest(")
    return SAMPLES.get(inner, "7" if number else "booking")


def sentences() -> Iterator[tuple[str, str]]:
    for folder in RAISING:
        for path in sorted((ROOT / folder).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            for line, parts in raised(path):
                if not parts[0].startswith(FOR_PROGRAMS.get(where, ("\0",))):
                    yield f"{where}:{line}", "".join(map(sample, parts))
    for where, name in GIVING:
        for line, parts in returned(ROOT / where, name):
            yield f"{where}:{line}", "".join(map(sample, parts))


def test_every_sentence_that_is_raised_has_words():
    found = list(sentences())
    assert len(found) > 100
    missing = [(where, text) for where, text in found if not known(text)]
    assert missing == [], "give these a pattern in app/web/wording/sentences.py"


def known(text: str) -> bool:
    """A reason stands within a sentence, or becomes one of its own."""
    whole = f"{text[:1].upper()}{text[1:]}."
    return is_known(text) or is_known(whole) or all(is_known(part) for part in text.split("; "))


def test_a_sentence_without_words_is_found_missing():
    assert not known("The moon is in the way: wait for it to set.")


@pytest.mark.parametrize("pattern", [*WHOLE, *OTHERWISE])
def test_no_pattern_hides_behind_another(pattern):
    holds = {"number": "7", "number2": "9", "currency": "EUR", "told": "a text", "told2": "a list", "code": "BK-1"}
    text = re.sub(r"%\((\w+)\)s", lambda place: holds.get(place.group(1), "abc"), pattern)
    language_free = [one for one in (*OTHERWISE, *WHOLE) if matches(one, text)]
    assert language_free[0] == pattern


def matches(pattern: str, text: str) -> bool:
    from app.web.wording.said import _expression

    return re.fullmatch(_expression(pattern), text, re.DOTALL) is not None


@pytest.fixture
def russian(monkeypatch):
    monkeypatch.setattr(language, "locale", lambda: "ru")


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize(
    ("english", "in_russian"),
    [
        ('"confirm" does not start from "cancelled".', "Действие «Подтвердить» недоступно в состоянии «Отменено»."),
        ('"cancel" needs a reason', "для действия «Отменить» нужно поле «причина»"),
        ("booking needs starts_at", "бронирование: нужно поле «начало»"),
        ('OPERATOR may not change "total"', "роль «Оператор» не может менять поле «сумма»"),
        ("OPERATOR and FINANCE do not grant users.update", "роли «Оператор, Финансы» не дают users.update"),
    ],
)
def test_names_within_a_sentence_are_said_too(english, in_russian):
    assert said(english).replace("\N{NO-BREAK SPACE}", " ") == in_russian


@pytest.mark.usefixtures("russian")
def test_several_reasons_are_said_each():
    assert said("expected a text, or null; at most 300 characters").count(";") == 1
    assert not re.search("[a-z]{5}", said("it is set by the platform; no such field"))


@pytest.mark.usefixtures("russian")
def test_what_somebody_typed_stays_as_it_was():
    assert said('there is no role "<b>OWNER</b>"; did you mean "OWNER"?').startswith("роли «<b>OWNER</b>»")
    assert said("100% of %(what)s") == "100% of %(what)s"


@pytest.mark.usefixtures("russian")
def test_a_refusal_of_several_inputs_names_the_fields():
    status, text = refusal(InvalidError([Fault("/starts_at", "missing", "booking needs starts_at")]))
    assert status == 422
    assert text.startswith("Начало: ")
    assert refusal(NotAllowedNowError("This was undone already.")) == (409, "Это уже возвращено.")
