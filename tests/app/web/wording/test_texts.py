"""Both languages are complete: every text of the pages, and every name of the agency's documents."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog as Texts
from babel.messages.pofile import read_po

from app.web.wording import language
from app.web.wording.language import FOLDER, texts
from app.web.wording.words import KINDS, TEXTS, plain, word
from engine.catalog import Catalog
from engine.conditions.types import EnumType
from engine.reading.nodes import Scalar

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


def test_every_text_of_the_pages_is_said_in_russian(collected):
    russian = read(FOLDER / "ru.po")
    missing = []
    for message in collected:
        if not message.id:
            continue
        found = russian.get(message.id, message.context)
        said = () if found is None else (found.string if isinstance(found.string, tuple) else (found.string,))
        if not said or not all(said) or "fuzzy" in found.flags:
            missing.append(message.id)
    assert missing == [], "run `make texts` and say these in app/web/wording/ru.po"


def test_no_text_is_kept_that_nobody_says(collected):
    known = {(message.id, message.context) for message in collected}
    assert [m.id for m in read(FOLDER / "ru.po") if m.id and (m.id, m.context) not in known] == []


def test_translations_fill_in_the_same_places():
    wrong = []
    for message in read(FOLDER / "ru.po"):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = set(PLACES.findall(ids[-1]))
        wrong += [text for text in said if set(PLACES.findall(text)) != wanted]
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


def test_every_name_of_the_agency_is_said_in_russian(agency):
    russian = read(FOLDER / "ru.words.po")
    assert sorted(pair for pair in names(agency) if not russian.get(pair[1], pair[0])) == []


def test_every_text_of_the_agency_is_said_in_russian(agency):
    russian = read(FOLDER / "ru.words.po")
    wanted = {("about role", role.description) for role in agency.roles.values()}
    for matching in agency.matchings.values():
        wanted |= {("matching", one.because) for one in matching.preferences}
        wanted |= {("matching", one.otherwise) for one in matching.demands}
    assert sorted(pair for pair in wanted if not russian.get(pair[1], pair[0])) == []


def test_names_are_written_as_they_are_looked_for():
    for language in ("en", "ru"):
        contexts = {
            message.context.partition(".")[0] for message in read(FOLDER / f"{language}.words.po") if message.id
        }
        assert contexts <= {*KINDS, *TEXTS}


def test_what_a_word_is_said_of_decides_its_form(monkeypatch):
    monkeypatch.setattr(language, "locale", lambda: "ru")
    said = [word("state", "confirmed", of) for of in ("booking", "option", "somebody_elses")]
    assert said == ["Подтверждено", "Подтверждён", "Подтверждено"]


def test_a_word_without_a_translation_is_the_english_one():
    assert texts("ru").upgettext("state", "Quarantined") == "Quarantined"
    assert texts("ru").upgettext("state", "Confirmed") == "Подтверждено"
