"""A hostile document is refused within its limits: quickly, without a crash, before anything is built from it."""

from __future__ import annotations

import time

import pytest
import yaml

from engine.diagnostics import Diagnostic
from engine.reading import Source, data, limits, read_text
from engine.reading.build import build

LOADERS = [pytest.param(getattr(yaml, name), id=name) for name in ("CSafeLoader", "SafeLoader") if hasattr(yaml, name)]


def codes(text: str) -> list[str]:
    found: list[Diagnostic] = []
    read_text(Source("x.yaml", text), found.append)
    return [diagnostic.code for diagnostic in found]


def laughs(levels: int) -> str:
    lines = ['l0: &l0 ["ha", "ha", "ha", "ha", "ha", "ha", "ha", "ha", "ha", "ha"]']
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


HOSTILE = {
    "brackets": ("a: " + "[" * 200_000, "V109"),
    "braces": ("a: " + "{a: " * 50_000, "V109"),
    "brackets on lines": ("a:\n" + " [\n" * 80_000, "V109"),
    "dashes": ("a:\n  " + "- " * 120_000, "V109"),
    "indentation": ("".join(" " * depth + "a:\n" for depth in range(400)), "V109"),
    "question marks": ("? " * 120_000, "V109"),
    "many values": ("a: [" + "x, " * 80_000 + "x]", "V110"),
    "many keys": ("".join(f"k{n}: 1\n" for n in range(20_000)), "V110"),
    "laughs": (laughs(9), "V111"),
    "too long": ("a: " + "x" * limits.DOCUMENT_BYTES, "V103"),
    "too long in bytes, not in characters": ("a: " + "é" * (limits.DOCUMENT_BYTES // 2), "V103"),
    "digits": ("a: " + "9" * 200_000, "V119"),
    "a zero byte": ("a: b\0c", "V102"),
    "a bell": ("a: \x07", "V102"),
    "a line separator": ("a: b\u2028c", "V102"),
    "half a character": ("a: \ud800", "V102"),
    "a mark within": ("a: b\ufeffc", "V102"),
    "a tag that runs code": ('a: !!python/object/apply:os.system ["true"]', "V112"),
    "an endless key": ("x" * 200_000 + ": 1\n" * 2, "V123"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_at_once(name: str):
    text, code = HOSTILE[name]
    began = time.perf_counter()
    assert code in codes(text)
    # Far above what it takes; what it guards against takes minutes or kills the process.
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("name", ["brackets", "dashes", "laughs", "braces", "question marks"])
def test_either_loader_stops_at_the_limit(name: str, loader: type):
    text, code = HOSTILE[name]
    found: list[Diagnostic] = []
    build(Source("x.yaml", text[:20_000]), found.append, loader)
    assert code in [diagnostic.code for diagnostic in found]


def test_the_deepest_and_the_largest_document_are_read():
    deepest = "a: " + "[" * (limits.DEPTH - 1) + "]" * (limits.DEPTH - 1)
    largest = "a: [" + "x, " * (limits.NODES - 4) + "x]"
    longest = "a: " + "x" * (limits.DOCUMENT_BYTES - 3)
    assert codes(deepest) == codes(largest) == codes(longest) == []


def test_what_was_refused_still_reads_as_what_was_meant():
    found: list[Diagnostic] = []
    root = read_text(Source("x.yaml", "a: *b\nc: 1\nc: 2\nd: !t e\n"), found.append)
    assert root is not None
    assert data(root) == {"a": "*b", "c": 1, "d": "e"}
    assert [diagnostic.code for diagnostic in found] == ["V111", "V114", "V112"]
