"""The sections of the report say what the replays counted, in figures that add up."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from app.report.clocks import WORDS, Story
from app.report.documents.sheet import CLOSE, OPEN
from app.report.model import Report
from app.report.page import render
from app.report.roles import Answer, Area
from app.report.sections import gather
from app.report.witness import Witness
from tests.app.report.test_page import read, text
from tests.app.report.trial import BERLIN, Trial


def bare(told: str) -> str:
    return told.replace(OPEN, "`").replace(CLOSE, "`")


def report(trial: Trial) -> Report:
    return Report("T", "", trial.after, trial.before, sections=trial.sections, zone=BERLIN)


def test_the_whole_page_is_well_formed_named_and_fetches_nothing(trial: Trial):
    page = render(report(trial))
    reader = read(page)
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert [id for id, count in Counter(ids).items() if count > 1] == []
    for tag, attrs in reader.tags:
        assert tag != "th" or "scope" in attrs
        assert set((attrs.get("aria-labelledby") or "").split()) <= set(ids)
        href = attrs.get("href") or ""
        assert not href or (href.startswith("#") and href[1:] in ids)
        if tag == "svg":
            assert attrs.get("aria-hidden") == "true" or attrs.get("role") == "img"
            assert attrs.get("aria-hidden") == "true" or attrs.get("aria-label") or attrs.get("aria-labelledby")
        assert tag not in {"script", "link", "img", "iframe"}
    assert "http" not in page
    assert OPEN not in page


def test_the_same_trial_is_the_same_page(trial: Trial):
    again = gather(trial.catalog, trial.live, trial.draft, trial.after["diff"], ends={}, machines=(), zone=BERLIN)
    assert render(report(trial)) == render(Report("T", "", trial.after, trial.before, sections=again, zone=BERLIN))


@pytest.mark.parametrize("which", ["before", "after"])
def test_every_clock_is_told_as_the_backtest_counts_it(trial: Trial, which: str):
    witness = trial.live if which == "before" else trial.draft
    summary = (trial.before if which == "before" else trial.after)["sla"]
    fates = {id: Counter[str]() for id in summary}
    for clock in witness.clocks().values():
        fates[clock.policy][clock.fate] += 1
    for id, states in summary.items():
        found = fates[id]
        assert found["met"] == states["achieved"]
        assert found["missed"] == states["breached"]
        assert found["late"] == states["breaching"]
        assert found["cancelled"] + found["cancelled_late"] == states["cancelled"]
        assert found["running"] + found["paused"] == states["pending"] + states["warning"]


def test_bars_are_whole_and_tell_all_their_clocks(trial: Trial):
    for policy in trial.sections.policies:
        for bar in policy.bars:
            assert sum(part.count for part in bar.parts) == bar.total
            assert not bar.parts or abs(sum(part.width for part in bar.parts) - 100) < 0.1
            assert all(part.word == WORDS[part.fate] for part in bar.parts)


def test_a_policy_stands_twice_only_where_the_versions_count_otherwise(trial: Trial):
    labels = {policy.sheet.id: [bar.label for bar in policy.bars] for policy in trial.sections.policies}
    assert labels["first-response"] == [""]
    moved = {policy.sheet.id: policy.moved for policy in trial.sections.policies}
    assert moved["first-response"] == 0
    assert sum(moved.values()) == len(
        [id for id, clock in trial.live.clocks().items() if trial.draft.clocks().get(id) != clock]
    )


def story(trial: Trial, alike: bool) -> Story:
    return next(one for one in trial.sections.stories if one.alike is alike)


def test_a_missed_clock_is_told_in_words_that_agree_with_its_ledger(trial: Trial):
    told = story(trial, alike=True)
    assert [telling.label for telling in told.tellings] == [""]
    standing = trial.live.standing(told.id)
    sentences = bare(" ".join(told.tellings[0].sentences))
    assert "It opened on" in sentences
    assert "missed" in sentences
    assert "in the hours of `agency-hours`" in sentences
    assert len(told.tellings[0].spells) == len(standing["ledger"])
    assert abs(sum(spell.width for spell in told.tellings[0].spells) - 100) < 0.1
    due, ended = told.tellings[0].due, told.tellings[0].ended
    assert due is not None
    assert ended is not None
    assert due < ended == 100


def test_a_clock_that_the_draft_changes_is_told_under_both_versions(trial: Trial):
    told = story(trial, alike=False)
    assert [telling.label for telling in told.tellings] == ["live", "draft"]
    assert told.tellings[0].sentences != told.tellings[1].sentences


def test_kinds_add_up_to_the_difference_and_to_what_was_done(trial: Trial):
    change = trial.sections.change
    assert change is not None
    diff = trial.after["diff"]
    for name in ("added", "removed", "changed"):
        assert sum(getattr(row, name) for row in change.kinds) == len(diff[name])
        assert name == "changed" or sum(getattr(day, name) for day in change.days.days) == len(diff[name])
    for row in change.kinds:
        assert row.before + row.added - row.removed == row.after
    before = sum(counts["effects"] for counts in trial.before["rules"].values())
    after = sum(counts["effects"] for counts in trial.after["rules"].values())
    assert sum(day.before for day in change.days.days) == before
    assert sum(day.after for day in change.days.days) == after


def test_days_follow_one_another_and_fit_the_scale(trial: Trial):
    change = trial.sections.change
    assert change is not None
    days = [figure.day for figure in change.days.days]
    assert [(later - earlier).days for earlier, later in pairwise(days)] == [1] * (len(days) - 1)
    assert all(figure.up + figure.turned <= 100.01 and figure.down <= 100 for figure in change.days.days)


def test_entities_tell_what_was_done_under_each_version_with_what_messages_said(trial: Trial):
    change = trial.sections.change
    assert change is not None
    lines = [line for kin in change.kin for one in kin.entities for line in (*one.live, *one.draft)]
    assert {line.kind for line in lines} >= {"added", "removed"}
    assert any("is released”" in line.text for line in lines if line.text.startswith("message"))
    touched = {effect["about"] for kind in ("added", "removed") for effect in trial.after["diff"][kind]}
    assert sum(kin.count for kin in change.kin) >= len(touched)


def area(trial: Trial, plural: str) -> Area:
    assert trial.sections.matrix is not None
    return next(one for one in trial.sections.matrix.areas if one.plural == plural)


def answer(trial: Trial, plural: str, verb: str, role: str) -> Answer:
    row = next(one for one in area(trial, plural).permissions if one.verb == verb)
    return next(one for one in row.answers if one.role == role)


def test_roles_say_for_which_states_and_whose_they_may(trial: Trial):
    cancel = answer(trial, "bookings", "cancel", "OPERATOR")
    assert (cancel.kind, bare(cancel.words)) == ("some", "in `draft`, `option` or `awaiting_deposit`")
    assert answer(trial, "bookings", "cancel", "FINANCE").kind == "no"
    assert answer(trial, "tasks", "complete", "OPERATOR").words == "their own and their queue’s"
    assert answer(trial, "bookings", "create", "OWNER").kind == "yes"


def test_roles_say_what_is_hidden_and_what_may_be_written(trial: Trial):
    assert [bare(note) for note in answer(trial, "bookings", "read", "OPERATOR").notes] == [
        "hides `deposit_status` and `total`"
    ]
    assert [bare(note) for note in answer(trial, "bookings", "update", "OPERATOR").notes] == ["writes `notes` only"]
    assert trial.sections.matrix is not None
    names = [name for name, _ in trial.sections.matrix.roles]
    fields = dict(area(trial, "bookings").fields)
    assert fields["total"][names.index("OPERATOR")] == "not seen"
    assert fields["notes"][names.index("OPERATOR")] == "sees, writes"


def test_conditions_of_grants_stand_in_their_own_words(trial: Trial):
    assert ("OPERATOR: cancel", f"{OPEN}booking.status in open{CLOSE}") in area(trial, "bookings").conditions


def test_without_a_draft_there_are_clocks_and_roles_but_no_change(trial: Trial):
    alone = gather(trial.catalog, trial.live, None, {}, ends={}, machines=(), zone=BERLIN)
    said = text(render(Report("T", "", trial.before, sections=alone, zone=BERLIN)))
    assert "Whose story differs" not in said
    assert "Clocks: what was promised, and kept" in said
    assert "The draft" not in said
    assert all(one.alike for one in alone.stories)


def test_a_draft_that_changes_nothing_leaves_out_what_there_is_not(trial: Trial):
    nothing = {"added": [], "removed": [], "changed": []}
    same = gather(trial.catalog, trial.live, trial.live, nothing, ends={}, machines=(), zone=BERLIN)
    page = render(Report("T", "", {**trial.before, "diff": nothing}, trial.before, sections=same, zone=BERLIN))
    said = text(page)
    assert "As often as before:" in said
    assert "Day by day" not in said
    assert "Whose story differs" not in said
    read(page)


def test_a_witness_that_attended_nothing_tells_nothing():
    assert Witness(BERLIN).clocks() == {}
