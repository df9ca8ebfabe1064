"""Texts that are refused before they run: whatever Jinja can do beyond values, `if` and `for`."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.catalog import Catalog
from engine.templates.model import Message, Refusal
from engine.templates.render import render
from tests.engine.templates.workshop import catalog_of, facts

BOMBS = [
    "{{ range(10 ** 9) }}",
    "{% for a in range(9) %}x{% endfor %}",
    "{{ 'x' * 1000000000 }}",
    "{{ 2 ** 99999999 }}",
    "{{ [1] * 99 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ '%s' | format(1) }}",
    "{{ order.code.center(999999999) }}",
    "{{ order.code | center(999999999) }}",
    "{{ order.code | indent(999999999) }}",
    "{{ order.code | truncate(999999999) }}",
    "{{ order.code | replace('', order.code) }}",
    "{{ order.__class__.__mro__ }}",
    "{{ ''.__class__ }}",
    "{{ ().__class__ }}",
    "{{ order['code'] }}",
    "{{ order | attr('code') }}",
    "{{ self }}",
    "{{ cycler }}",
    "{{ lipsum() }}",
    "{{ joiner }}",
    "{{ namespace() }}",
    "{{ _0 }}",
    "{{ _item0(order) }}",
    "{{ loop.index }}",
    "{% for a in order.parts %}{{ loop.parent }}{% endfor %}",
    "{% for a in order.parts %}{{ loop(a) }}{% endfor %}",
    "{% for a in order.parts recursive %}x{% endfor %}",
    "{% for a, b in order.parts %}x{% endfor %}",
    "{% for _0 in order.parts %}x{% endfor %}",
    "{% for order in order.parts %}x{% endfor %}",
    "{% for loop in order.parts %}x{% endfor %}",
    "{% for a in order.parts %}{% endfor %}{{ a.name }}",
    "{% set x = 1 %}",
    "{% set x %}y{% endset %}",
    "{% macro m() %}{{ m() }}{% endmacro %}",
    "{% include 'x' %}",
    "{% extends 'x' %}",
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% block a %}x{% endblock %}",
    "{% with x = 1 %}x{% endwith %}",
    "{% filter upper %}x{% endfilter %}",
    "{% call x() %}y{% endcall %}",
    "{% autoescape false %}x{% endautoescape %}",
    "{% do x %}",
    "{{ none }}",
    "{{ {} }}",
    "{{ order.parts | map('upper') }}",
    "{{ order.code is callable }}",
    "{{ -order.count }}",
    "{{ -'x' }}",
    "{{ order.code | truncate(0) }}",
    "{{ order.code | truncate(-5) }}",
    "{{ 1e400 }}",
    "{{ 1e25 | number }}",
    "{{ -1e400 | number }}",
    "{{ " + "9" * 46 + " | number }}",
    "{{ " + "9" * 5000 + " | number }}",
    "{% if order.share < 1e400 %}x{% endif %}",
    "{{ order.code[0:1] }}",
    "{{ order.paid }}",
    "{{ order.total == order.total }}",
    "{{ 'x' if order.paid }}",
    "{{ order.wait }}",
    "{{ order.code | default }}",
    "{{ order.total | default(1) | money }}",
    "{{ order.code | money }}",
    "{{ order.starts_at | date }}",
    "{{ order.starts_at | date('Berlin') }}",
    "{{ order.starts_at | date('UTC', 'huge') }}",
    "{{ order.starts_at | date(order.code) }}",
    "{{ order.starts_at | date(zone='UTC') }}",
    "{{ order.parts | join }}",
    "{% if order.buyer == order.giver %}x{% endif %}",
    "{% if order.code in order.code %}x{% endif %}",
    "{% if order.size in ['small', order.code] %}x{% endif %}",
    "{{ (" * 300 + "1" + ") }}" * 300,
    "{% if " + "order.paid and " * 100 + "order.paid %}x{% endif %}",
    "{% if order.paid %}" * 40 + "{% endif %}" * 40,
]


def checked(folder: Path, text: str) -> Catalog:
    indented = "\n".join(f"      {line}" for line in text.split("\n"))
    return catalog_of(folder, f"  in_app:\n    en: |-\n{indented}\n")


@pytest.mark.parametrize("text", BOMBS, ids=[text[:60] for text in BOMBS])
def test_what_is_refused(tmp_path: Path, text: str):
    catalog = checked(tmp_path, text)
    assert catalog.templates == {}
    errors = [one for one in catalog.diagnostics if one.severity == "error"]
    assert errors
    assert {one.code[:3] for one in errors} <= {"V97", "V98"}
    for one in errors:
        line = catalog.source_line(one)
        assert line is not None
        assert 1 <= one.place.column <= len(line) + 1


PIECES = st.sampled_from(
    [
        "{{ order.code }}", "{{ order.notes }}", "{{ giver.name }}", "{{ order.total | money }}", "text\n", "é€",
        "{% if order.paid %}", "{% if order.notes is defined %}", "{% else %}", "{% endif %}", "{{ nothing }}",
        "{% for p in order.parts %}", "{{ p.name }}", "{{ p.note | default('-') }}", "{% endfor %}", "{{", "}}", "{%",
        "%}", "{# x #}", "{{ order.tags | join }}", "{{ loop.index }}", "{{ 3 ** 3 }}", "{{ order.parts | count }}",
    ]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, min_size=1, max_size=10).map("".join), st.booleans())
def test_a_text_is_refused_at_its_place_or_says_something_or_why_not(tmp_path: Path, text: str, noted: bool):
    catalog = checked(tmp_path, text.replace("\n", " "))
    if catalog.ok:
        found = render(catalog.templates["said"], "in_app", "ru", facts(notes="n" if noted else None))
        assert isinstance(found, Message) or (isinstance(found, Refusal) and found.reason)
    else:
        assert all(one.place.file == "templates/said.yaml" for one in catalog.diagnostics)
