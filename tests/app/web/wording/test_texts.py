"""Both languages are complete: every text of the pages, and every name of the agency's documents."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog as Texts
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from app.web.wording import language
from app.web.wording.language import FOLDER, texts
from app.web.wording.words import KINDS, TEXTS, plain, word
from engine.catalog import Catalog
from engine.conditions.types import EnumType
from engine.reading.nodes import Mapping, Scalar

ROOT = Path(__file__).resolve().parents[4]
PLACES = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")


def read(path: Path) -> Texts:
    with path.open("rb") as file:
        return read_po(file, locale="ru")


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> Texts:
    """What `make texts` collects from code and templates."""
    target = tmp_path_factory.mktemp("texts") / "texts.pot"
    command = "from babel.messages.frontend import main; main()"
    keywords = ["-k", "_", "-k", "marked"]
    made = subprocess.run(
        [sys.executable, "-c", command, "-q", "extract", "-F", "pyproject.toml", *keywords, "-o", str(target), "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return read(target)


def forms(message: Message | None) -> list[str]:
    """What a message says: one text, or one for each plural form."""
    if message is None or message.string is None:
        return []
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_every_text_of_the_pages_is_said_in_russian(collected):
    russian = read(FOLDER / "ru.po")
    missing = []
    for message in collected:
        found = russian.get(message.id, message.context) if message.id else None
        if message.id and (found is None or not forms(found) or not all(forms(found)) or "fuzzy" in found.flags):
            missing.append(message.id)
    assert missing == [], "run `make texts` and say these in app/web/wording/ru.po"


def test_no_text_is_kept_that_nobody_says(collected):
    known = {(message.id, message.context) for message in collected}
    assert [m.id for m in read(FOLDER / "ru.po") if m.id and (m.id, m.context) not in known] == []


def test_translations_fill_in_the_same_places():
    wrong = []
    for message in read(FOLDER / "ru.po"):
        wanted = set(PLACES.findall(message.id if isinstance(message.id, str) else message.id[-1]))
        wrong += [text for text in forms(message) if set(PLACES.findall(text)) != wanted]
    assert wrong == []


def names(agency: Catalog) -> set[tuple[str, str]]:
    """The names that pages say, by context; a state in the words of its own kind of entity."""
    found = {("role", role) for role in agency.roles} | {("policy", one) for one in agency.policies}
    for machine in agency.machines.values():
        found |= {("kind", machine.id), ("kinds", machine.plural)}
        found |= {(f"state.{machine.id}", name) for name in machine.states}
        found |= {("move", name) for name in machine.transitions}
        found |= {("field", name) for name in (*machine.fields, *machine.relations)}
        found |= {("event", type.partition(".")[2]) for type in machine.events}
        for field in machine.fields.values():
            if isinstance(field.type, EnumType):
                found |= {("option", value) for value in field.type.values}
    texts = [rule.text for rule in agency.rules.values()]
    texts += [step.bound.rule.text for policy in agency.policies.values() for step in policy.steps]
    for text in texts:
        for action in text.actions:
            for context, key in (("template", "template"), ("queue", "queue"), ("reason", "reason")):
                node = action.keys.get(key)
                if isinstance(node, Scalar) and "{{" not in node.text:
                    found.add((context, node.text))
    return {(kind, plain(name)) for kind, name in found}


def reasons(agency: Catalog) -> set[str]:
    """Why rules say that they move something."""
    found = set()
    for rule in agency.rules.values():
        for action in rule.text.actions:
            inputs = action.keys.get("with")
            reason = inputs.get("reason") if isinstance(inputs, Mapping) else None
            if isinstance(reason, Scalar) and "{{" not in reason.text:
                found.add(reason.text)
    return found


def test_every_name_of_the_agency_is_said_in_russian(agency):
    russian = read(FOLDER / "ru.words.po")
    assert sorted(pair for pair in names(agency) if not russian.get(pair[1], pair[0])) == []


def test_every_text_of_the_agency_is_said_in_russian(agency):
    russian = read(FOLDER / "ru.words.po")
    wanted = {("about role", role.description) for role in agency.roles.values()}
    for matching in agency.matchings.values():
        wanted |= {("matching", one.because) for one in matching.preferences}
        wanted |= {("matching", one.otherwise) for one in matching.demands}
    wanted |= {("reason of rule", reason) for reason in reasons(agency)}
    assert sorted(pair for pair in wanted if not russian.get(pair[1], pair[0])) == []


def test_names_are_written_as_they_are_looked_for():
    for tongue in ("en", "ru"):
        contexts = {
            str(message.context).partition(".")[0] for message in read(FOLDER / f"{tongue}.words.po") if message.id
        }
        assert contexts <= {*KINDS, *TEXTS, "said", "short"}


def test_what_a_word_is_said_of_decides_its_form(monkeypatch):
    monkeypatch.setattr(language, "locale", lambda: "ru")
    said = [word("state", "confirmed", of) for of in ("booking", "option", "somebody_elses")]
    assert said == ["Подтверждено", "Подтверждён", "Подтверждено"]


def test_a_word_without_a_translation_is_the_english_one():
    assert texts("ru").upgettext("state", "Quarantined") == "Quarantined"
    assert texts("ru").upgettext("state", "Confirmed") == "Подтверждено"
