"""One meaning whichever loader reads a document: libyaml and PyYAML's own parser accept the same and build the same.

Sound documents are damaged at random; a damage that the two read differently must be refused by our reader in both.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml

from engine.diagnostics import Diagnostic
from engine.reading import Source, data
from engine.reading.build import build
from engine.reading.read import FORBIDDEN

pytestmark = pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="PyYAML is built without libyaml here")

DAMAGES = [
    *"!\"'[]{}#&*?:-,|>%@`~\t \n\\<=.0x",
    *(": ", " #", "- ", "? ", ": \n", ":\t", "{{", "}}", "---\n", "...\n", "|\n  a\n", ">-\n", "null", "''", '""'),
    *("\r\n", "\r", "\n\n", " - ", "[a: b]", "{a, b}", "{a:}", "[a:]", "{? a}", "&a ", "*a ", "!a "),
]


def reading(text: str, loader: type) -> tuple[bool, object]:
    found: list[Diagnostic] = []
    root = build(Source("x.yaml", text), found.append, loader)
    lines = text.count("\n") + text.count("\r") + 1
    for diagnostic in found:
        assert 1 <= diagnostic.place.line <= lines
        assert diagnostic.place.column >= 1
        assert diagnostic.length >= 1
    return (bool(found), None if found or root is None else data(root))


def damaged(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    first = chance.randrange(len(lines))
    text = "".join(lines[first : first + chance.choice([3, 6, 40])])
    for _ in range(chance.choice([1, 1, 2, 3])):
        at = chance.randrange(len(text) + 1)
        if chance.random() < 0.7:
            text = text[:at] + chance.choice(DAMAGES) + text[at:]
        else:
            text = text[:at] + text[at + chance.randrange(1, 4) :]
    return text


@pytest.mark.parametrize("seed", range(4))
def test_both_loaders_say_the_same_about_damaged_documents(seed: int, root: Path):
    chance = random.Random(seed)
    folders = ("rules", "statemachines", "templates", "tests/scenarios")
    texts = [path.read_text("utf-8") for folder in folders for path in sorted((root / folder).rglob("*.yaml"))]
    for _ in range(400):
        text = damaged(chance.choice(texts), chance)
        if not FORBIDDEN.search(text):
            assert reading(text, yaml.CSafeLoader) == reading(text, yaml.SafeLoader), text


@pytest.mark.parametrize(
    "text",
    [
        "[a:]",
        "[a:,b]",
        "{a:{b: c}}",
        "{a:[b]}",
        "[a:[b]]",
        "{a: b?}",
        "{a?: b}",
        "a: b\t",
        "a: |\n \tb\n",
        "{due:}",
        "{due:, b: c}",
        "a:\tb",
    ],
)
def test_what_the_loaders_read_differently_is_refused(text: str):
    assert reading(text, yaml.CSafeLoader)[0]
    assert reading(text, yaml.SafeLoader)[0]


def test_a_quoted_key_needs_no_blank_after_its_colon():
    assert reading('{"a":1}', yaml.CSafeLoader) == reading('{"a":1}', yaml.SafeLoader) == (False, {"a": 1})
