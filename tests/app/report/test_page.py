from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from app.report.model import Edit, MachineNote, Report, RuleNote
from app.report.page import render

INQUIRY = MachineNote(
    "inquiry",
    "inquiries",
    "Somebody asks.",
    "new",
    ("new", "lost", "converted"),
    frozenset({"lost", "converted"}),
    (("lose", ("new",), "lost"), ("convert", ("new",), "converted")),
    {"lost": "bad", "converted": "good"},
)


def counts(**given: int) -> dict[str, int]:
    return {"met": 0, "unmet": 0, "errored": 0, "fired": 0, "effects": 0, "shadowed": 0} | given


def effect(about: str, **keys: Any) -> dict[str, Any]:
    return {"action": "create_exception", "rule": "chase", "about": about, "at": "2026-03-02T10:00:00Z", **keys}


def replay(**given: Any) -> dict[str, Any]:
    machines = {
        "inquiry": {
            "entities": 3,
            "transitions": {"new -> lost": 2},
            "refused": 1,
            "diverged": 4,
            "final": {"lost": 2, "new": 1},
        }
    }
    rules = {"chase": counts(met=5, fired=5, effects=5, errored=2), "quiet": counts()}
    return {
        "events": 1234,
        "machines": machines,
        "sla": {},
        "rules": rules,
        "pending_at_end": 6,
        "diff": empty(),
    } | given


def empty() -> dict[str, Any]:
    return {"added": [], "removed": [], "changed": []}


def diff() -> dict[str, Any]:
    return {
        "added": [effect("inquiry/iq_1", title="<b>late</b>"), effect("inquiry/iq_2"), effect("inquiry/iq_3")],
        "removed": [effect("inquiry/iq_4", action="send_notification")],
        "changed": [
            {"before": effect("inquiry/iq_5", priority="low"), "after": effect("inquiry/iq_5", priority="high")}
        ],
    }


def report(**given: Any) -> Report:
    base: dict[str, Any] = {
        "title": "Draft",
        "subtitle": "March",
        "replay": replay(diff=diff()),
        "against": replay(rules={"chase": counts(effects=3), "quiet": counts()}),
        "machines": [INQUIRY],
        "rules": {"chase": RuleNote("Chases.", 3), "quiet": RuleNote("Says nothing.", 1, "shadow")},
        "ends": {("inquiry", "iq_1"): "lost", ("inquiry", "iq_2"): "lost", ("inquiry", "iq_3"): "new"},
        "edit": Edit("chase", "rules/automation/chase.yaml", 5, "for: 4h", "for: 2h"),
    }
    return Report(**(base | given))


class Reader(HTMLParser):
    """Checks nesting and gathers what the tests ask about."""

    VOID = frozenset({"meta", "link", "br", "img", "input", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def text(page: str) -> str:
    page = re.sub(r"<(style|title|desc)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_page_says_what_the_draft_would_have_done():
    said = text(render(report()))
    assert (
        "The draft would have made 3 more exceptions and 1 fewer message; 2 of the 3 inquiries it touches anew were in fact lost"
        in said
    )
    assert "1,234 events replayed" in said
    assert "1 other rule: no difference" in said
    assert "3 5 +2" in said
    assert "priority low → high" in said


def test_the_page_says_what_became_of_those_it_touches():
    said = text(render(report()))
    assert "What really became of the 3 inquiries it touches anew" in said
    assert "2 later lost" in said
    assert "1 still new" in said


def test_what_people_wrote_is_never_markup():
    page = render(report())
    assert "<b>late</b>" not in page
    assert "&lt;b&gt;late&lt;/b&gt;" in page


def test_nothing_is_fetched():
    page = render(report())
    reader = read(page)
    assert "http" not in page.replace("http-equiv", "")
    assert not [tag for tag, attrs in reader.tags if tag in {"link", "script", "img", "iframe"} or "src" in attrs]
    assert [
        attrs["href"] for _, attrs in reader.tags if "href" in attrs and not str(attrs["href"]).startswith("#")
    ] == []


def test_the_page_can_be_walked_without_eyes():
    reader = read(render(report()))
    names = [tag for tag, _ in reader.tags]
    assert names.count("main") == names.count("h1") == 1
    assert {"header", "nav", "aside", "footer"} <= set(names)
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for tag, attrs in reader.tags:
        assert tag != "th" or "scope" in attrs
        for key in ("aria-labelledby",):
            assert set((attrs.get(key) or "").split()) <= set(ids)
        href = attrs.get("href") or ""
        assert not href.startswith("#") or href[1:] in ids
        if tag == "svg":
            assert attrs.get("aria-hidden") == "true" or attrs.get("role") == "img"


def test_a_replay_without_a_draft_has_no_before_and_after():
    said = text(render(report(replay=replay(), against=None, edit=None)))
    assert "1,234 events, replayed." in said
    assert "What changes" not in said


def test_a_draft_that_changes_nothing_says_so():
    said = text(render(report(replay=replay(), against=replay())))
    assert "The draft would have changed nothing." in said
    assert "Every rule does what it did before." in said
    assert "Effect by effect" not in said


def test_an_explained_event_shows_every_line_with_its_verdict_and_values():
    line = {
        "expression": 'inquiry.status == "new"',
        "file": "rules/automation/chase.yaml",
        "line": 7,
        "verdict": "unmet",
        "values": {"inquiry.status": "lost"},
    }
    explained = {
        "event": {"id": "ev_1", "type": "inquiry.created", "subject": "iq_1", "time": "2026-03-02T10:00:00Z"},
        "rules": [{"rule": "chase", "version": 3, "verdict": "unmet", "conditions": [line], "effects": []}],
    }
    said = text(render(report(explained=explained)))
    assert "0 of 1 rules that listen to it met" in said
    assert "chase.yaml:7" in said
    assert "unmet" in said
    assert "inquiry.status is &#34;lost&#34;" in said or 'inquiry.status is "lost"' in said


def test_the_same_report_is_the_same_page():
    assert render(report()) == render(report())
