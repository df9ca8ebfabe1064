"""Publishing: all or nothing, one after the other, and a folder that agrees with the store whatever happens."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.publishing.folder import FolderWrite
from app.publishing.publish import (
    NothingChangedError,
    RefusedError,
    Signature,
    UnpublishedChangesError,
    publish,
    roll_back,
)
from app.records.events import EventStore
from app.records.releases import PublishedSinceError, ReleaseStore, UnknownReleaseError
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from engine.reading import Source
from engine.releases.content import content_of
from engine.releases.draft import Terms
from tests.engine.releases.editing import BASE

RULE = "rules/automation/confirm-on-deposit.yaml"
BOOKING = "statemachines/booking.yaml"
OPS = "rules/access/OPS.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path / "folder")
    return tmp_path / "folder"


@pytest.fixture
def store(url: str) -> Iterator[ReleaseStore]:
    store = ReleaseStore.open(url)
    yield store
    store.close()


def signed(author: str = "ann", message: str = "because") -> Signature:
    return Signature(author, message, Timestamp(10**18))


def edit(folder: Path, path: str, old: str, new: str) -> None:
    text = (folder / path).read_text("utf-8")
    assert old in text
    (folder / path).write_text(text.replace(old, new), "utf-8")


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob(".*"))


def live_content(store: ReleaseStore) -> Any:
    with store.reading() as releases:
        live = releases.live()
        return releases.content(live.number if live else 0)


def test_a_folder_is_published_raised_and_written(store: ReleaseStore, folder: Path) -> None:
    first = publish(store, folder, signed())
    assert (first.release.number, first.release.author, first.release.message) == (1, "ann", "because")
    assert (first.release.hash, first.files.written) == (content_of(folder).hash, ())
    edit(folder, RULE, '"deposit"', '"balance"')
    (folder / RULE).chmod(0o640)
    second = publish(store, folder, signed("bob"))
    assert second.files.written == second.draft.raised == (RULE,)
    assert "version: 2\n" in (folder / RULE).read_text()
    assert (folder / RULE).stat().st_mode & 0o777 == 0o640
    assert live_content(store) == content_of(folder)
    assert hidden(folder) == []
    with store.reading() as releases:
        assert releases.changed_files(2) == [RULE]
        assert releases.content(1).documents[RULE] != releases.content(2).documents[RULE]
        for number in (1, 2):
            assert releases.document("rule", "confirm-on-deposit", number) == releases.content(number).documents[RULE]
        assert releases.document("rule", "confirm-on-deposit", 3) is None
        assert releases.get(2).notes["cost"] == {"confirm-on-deposit": 11}
        assert set(releases.get(2).notes) == {"cost", "tzdata", "holidays", "locales"}


def test_what_is_live_already_is_refused(store: ReleaseStore, folder: Path) -> None:
    publish(store, folder, signed())
    with pytest.raises(NothingChangedError, match=r"^nothing changed since release 1$"):
        publish(store, folder, signed())
    with pytest.raises(NothingChangedError):
        roll_back(store, 1, signed())
    with store.reading() as releases:
        assert len(releases.all()) == 1


def test_a_folder_with_mistakes_is_refused_and_left_alone(store: ReleaseStore, folder: Path) -> None:
    publish(store, folder, signed())
    edit(folder, RULE, "payment.purpose", "payment.porpoise")
    edit(folder, OPS, "Runs the house.", "Runs it.")
    before = content_of(folder)
    with pytest.raises(RefusedError) as refused:
        publish(store, folder, signed())
    assert [one.code for one in refused.value.draft.diagnostics if one.severity == "error"] == ["V322"]
    assert content_of(folder) == before
    assert hidden(folder) == []


def test_a_second_publication_from_the_same_base_is_refused(store: ReleaseStore, folder: Path, tmp_path: Path) -> None:
    publish(store, folder, signed())
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    edit(folder, RULE, '"deposit"', '"balance"')
    publish(store, folder, signed("bob", "balances too"))
    edit(other, OPS, "Runs the house.", "Runs it.")
    before = content_of(other)
    with pytest.raises(PublishedSinceError) as refused:
        publish(store, other, signed("eve"), base=1)
    assert str(refused.value) == (
        'this began from release 1, and since then there is release 2 by bob, "balances too" '
        "(rules/automation/confirm-on-deposit.yaml); take that over, see what is left with `virel release diff`, and "
        "publish with --base 2"
    )
    assert content_of(other) == before
    with pytest.raises(RefusedError) as stale:  # and without a base, what was taken over from nobody goes back
        publish(store, other, signed("eve"))
    assert [one.code for one in stale.value.draft.diagnostics] == ["V990"]
    with pytest.raises(UnknownReleaseError, match="there is no release 9: they are numbered 1 to 2"):
        publish(store, other, signed("eve"), base=9)


def test_what_two_people_changed_is_shown_at_its_place(store: ReleaseStore, folder: Path, tmp_path: Path) -> None:
    publish(store, folder, signed())
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    edit(folder, RULE, '"deposit"', '"balance"')
    publish(store, folder, signed("bob", "balances too"))
    edit(other, RULE, '"deposit"', '"rest"')
    with pytest.raises(PublishedSinceError) as refused:
        publish(store, other, signed("eve"), base=1)
    first, _, rest = str(refused.value).partition("\n")
    assert first.startswith("this began from release 1, and since then there is release 2 by bob")
    assert rest.startswith(f"{RULE}:8:7: error V963: this was changed by two people: here condition line changed: ")
    assert '|     - payment.purpose == "rest"' in rest


def test_a_folder_that_lacks_what_is_live_removes_it_only_when_it_is_said(
    store: ReleaseStore, folder: Path, tmp_path: Path
) -> None:
    publish(store, folder, signed())
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    new = OPS.replace("OPS", "NEW")
    (folder / new).write_text((folder / OPS).read_text().replace("id: OPS", "id: NEW"))
    publish(store, folder, signed("bob", "a new role"))
    edit(other, RULE, "payment.purpose", "payment.purpose  ")
    for remove in (None, [OPS]):
        with pytest.raises(RefusedError) as refused:
            publish(store, other, signed("eve"), terms=Terms(removing=remove))
        assert [(one.code, one.place.file) for one in refused.value.draft.diagnostics] == [("V960", new)]
        assert new in live_content(store).documents
    publish(store, other, signed("eve"), terms=Terms(removing=[new]))
    assert new not in live_content(store).documents
    (other / OPS.replace("OPS", "MORE")).write_text((other / OPS).read_text().replace("id: OPS", "id: MORE"))
    publish(store, other, signed("eve"))
    (other / OPS.replace("OPS", "MORE")).unlink()
    publish(store, other, signed("eve"), base=4)  # it began from a release that held it
    assert sorted(live_content(store).documents) == sorted(content_of(other).documents)


def test_who_comes_second_at_the_same_moment_is_refused(
    store: ReleaseStore, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other publishes between the judging and the commit of the one."""
    publish(store, folder, signed())
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    edit(folder, RULE, '"deposit"', '"balance"')
    edit(other, OPS, "Runs the house.", "Runs it.")
    before = content_of(other)
    stage = FolderWrite.stage

    def overtaken(self: FolderWrite) -> None:
        stage(self)
        monkeypatch.setattr(FolderWrite, "stage", stage)
        publish(store, folder, signed("bob", "first"))

    monkeypatch.setattr(FolderWrite, "stage", overtaken)
    with pytest.raises(PublishedSinceError, match=r'release 2 by bob, "first"'):
        publish(store, other, signed("eve"))
    assert content_of(other) == before
    assert hidden(other) == []


def _race(url: str, folder: str, author: str, start: Any, answers: Any) -> None:
    store = ReleaseStore.open(url)
    start.wait(60)
    try:
        answers.put((author, publish(store, Path(folder), signed(author), base=1).release.number))
    except PublishedSinceError as error:
        answers.put((author, [(one.number, one.author) for one in error.since]))
    store.close()


def test_of_two_processes_one_wins(url: str, store: ReleaseStore, folder: Path, tmp_path: Path) -> None:
    publish(store, folder, signed())
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(2), context.Queue()
    racers = []
    for author in ("bob", "eve"):
        shutil.copytree(folder, tmp_path / author)
        edit(tmp_path / author, OPS, "Runs the house.", f"Runs the house of {author}.")
        racers.append(context.Process(target=_race, args=(url, str(tmp_path / author), author, start, answers)))
    for racer in racers:
        racer.start()
    found = dict(answers.get(timeout=90) for _ in racers)
    for racer in racers:
        racer.join(60)
        assert racer.exitcode == 0
    (winner,) = [author for author, answer in found.items() if answer == 2]
    (loser,) = found.keys() - {winner}
    assert found[loser] == [(2, winner)]
    assert "version: 1\n" in (tmp_path / loser / OPS).read_text()
    assert "version: 2\n" in (tmp_path / winner / OPS).read_text()


STEPS = ["stage", "commit", "first file", "between files", "end"]


def _die_at(step: str, url: str, folder: str) -> None:
    """Publishes, and is gone at a step as if the power were."""
    store = ReleaseStore.open(url)

    def die(*_: object, **__: object) -> Any:
        os._exit(9)

    replaced = 0
    replace = Path.replace

    def replacing(self: Path, target: Path) -> Path:
        nonlocal replaced
        replaced += 1
        if replaced == {"first file": 1, "between files": 2}.get(step, 0):
            die()
        return replace(self, target)

    if step == "stage":
        FolderWrite.stage = die  # type: ignore[method-assign]
    elif step == "commit":
        from app.records import releases

        releases.Publishing.add = die  # type: ignore[method-assign]
    elif step == "end":
        FolderWrite.finish = die  # type: ignore[method-assign]
    Path.replace = replacing  # type: ignore[method-assign, assignment]
    publish(store, Path(folder), signed("bob"))


@pytest.mark.parametrize("step", STEPS)
def test_whoever_dies_while_publishing_leaves_what_the_next_one_finishes(
    step: str, url: str, store: ReleaseStore, folder: Path
) -> None:
    publish(store, folder, signed())
    edit(folder, RULE, '"deposit"', '"balance"')
    edit(folder, OPS, "Runs the house.", "Runs it.")
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_die_at, args=(step, url, str(folder)))
    process.start()
    process.join(90)
    assert process.exitcode == 9
    with store.reading() as releases:
        numbers = [one.number for one in releases.all()]
    if step in ("stage", "commit"):
        assert numbers == [1]
        assert publish(store, folder, signed("bob")).release.number == 2
    else:
        assert numbers == [1, 2]
        with pytest.raises(NothingChangedError) as healed:
            publish(store, folder, signed("bob"))
        behind = {"first file": (OPS, RULE), "between files": (RULE,), "end": (OPS, RULE)}[step]
        assert healed.value.files.written == behind
    assert content_of(folder) == live_content(store)
    assert hidden(folder) == []
    assert "version: 2\n" in (folder / OPS).read_text()


def _interrupted(url: str, store: ReleaseStore, folder: Path) -> None:
    """A second release of RULE and OPS stands, and neither file got its version."""
    publish(store, folder, signed())
    edit(folder, RULE, '"deposit"', '"balance"')
    edit(folder, OPS, "Runs the house.", "Runs it.")
    process = multiprocessing.get_context("spawn").Process(target=_die_at, args=("end", url, str(folder)))
    process.start()
    process.join(90)
    assert process.exitcode == 9
    assert len(hidden(folder)) == 2


def test_a_file_that_is_edited_after_an_interrupted_publication_is_published_on_top_of_it(
    url: str, store: ReleaseStore, folder: Path
) -> None:
    _interrupted(url, store, folder)
    edit(folder, RULE, "A paid", "A fee paid")
    done = publish(store, folder, signed("bob"))
    assert (done.release.number, done.draft.raised, done.draft.behind) == (3, (RULE,), (OPS,))
    assert "version: 3\n" in (folder / RULE).read_text()
    assert "A fee paid" in (folder / RULE).read_text()
    assert "version: 2\n" in (folder / OPS).read_text()
    assert content_of(folder) == live_content(store)
    assert hidden(folder) == []


def test_where_somebody_has_published_since_an_interrupted_publication_is_named(
    url: str, store: ReleaseStore, folder: Path, tmp_path: Path
) -> None:
    _interrupted(url, store, folder)
    other = tmp_path / "other"
    for path, content in live_content(store).documents.items():
        (other / path).parent.mkdir(parents=True, exist_ok=True)
        (other / path).write_bytes(content)
    edit(other, RULE, "A paid", "A gift paid")
    publish(store, other, signed("eve"))
    edit(folder, RULE, "A paid", "A fee paid")
    with pytest.raises(RefusedError) as refused:
        publish(store, folder, signed("bob"))
    (found,) = refused.value.draft.diagnostics
    assert (found.code, found.place.file) == ("V990", RULE)
    assert found.hint is not None
    assert found.hint.startswith(
        "a publication was interrupted here, .confirm-on-deposit.yaml.publishing is left of it: see with"
    )


def test_what_an_interrupted_publication_left_goes_once_it_is_in_place(
    url: str, store: ReleaseStore, folder: Path
) -> None:
    _interrupted(url, store, folder)
    for path in (RULE, OPS):
        (folder / path).write_bytes(live_content(store).documents[path])
    edit(folder, BOOKING, "description: ", "description: New. ")
    publish(store, folder, signed("bob"))
    assert hidden(folder) == []


def test_a_file_that_is_edited_while_publishing_is_left_alone(
    store: ReleaseStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(store, folder, signed())
    edit(folder, RULE, '"deposit"', '"balance"')
    finish = FolderWrite.finish

    def late(self: FolderWrite) -> Any:
        edit(folder, RULE, '"balance"', '"deposit"')
        return finish(self)

    monkeypatch.setattr(FolderWrite, "finish", late)
    done = publish(store, folder, signed())
    assert (done.files.written, done.files.left) == ((), (RULE,))
    assert '"deposit"' in (folder / RULE).read_text()
    assert hidden(folder) == []


def test_going_back_and_forth_makes_new_releases(store: ReleaseStore, folder: Path) -> None:
    publish(store, folder, signed(message="one"))
    edit(folder, RULE, '"deposit"', '"balance"')
    (folder / "templates/extra.yaml").write_text(
        (folder / "templates/booking-confirmed.yaml").read_text().replace("id: booking-confirmed", "id: extra")
    )
    publish(store, folder, signed(message="two"))
    at_two = content_of(folder)
    back = roll_back(store, 1, signed(message="back"))
    assert (back.release.number, back.release.restores, back.files.written) == (3, 1, ())
    assert content_of(folder) == at_two
    with pytest.raises(UnpublishedChangesError, match=r"extra\.yaml"):
        roll_back(store, 2, signed(message="again"), directory=folder)
    again = roll_back(store, 2, signed(message="back from going back"))
    assert (again.release.number, again.release.restores) == (4, 2)
    with store.reading() as releases:
        versions = [
            {document.id: document.version for document in releases.content(number).read} for number in (1, 2, 3, 4)
        ]
        assert releases.get(4).hash != releases.get(2).hash
    assert [one["confirm-on-deposit"] for one in versions] == [1, 2, 3, 4]
    assert [one.get("extra") for one in versions] == [None, 1, None, 2]
    roll_back(store, 3, signed(message="with files"), directory=_at_live(store, folder))
    assert content_of(folder) == live_content(store)
    assert not (folder / "templates/extra.yaml").exists()
    assert '"deposit"' in (folder / RULE).read_text()
    assert hidden(folder) == []


def _at_live(store: ReleaseStore, folder: Path) -> Path:
    for path, content in live_content(store).documents.items():
        (folder / path).write_bytes(content)
    return folder


def test_entities_in_a_state_that_vanishes_must_go_somewhere(url: str, store: ReleaseStore, folder: Path) -> None:
    publish(store, folder, signed())
    events = EventStore.open(url)
    events.append(
        WireEvent(id=f"e{n}", type="booking.created", time=Timestamp(n), subject=f"b{n}", data={"status": "confirmed"})
        for n in (1, 2)
    )
    for old, new in (("  confirmed: {}", "  firm: {}"), ("to: confirmed", "to: firm"), ("confirmed]", "firm]")):
        edit(folder, BOOKING, old, new)
    with pytest.raises(RefusedError) as refused:
        publish(store, folder, signed())
    assert [(one.code, one.witness) for one in refused.value.draft.diagnostics] == [("V993", ["b1", "b2"])]
    assert hidden(folder) == []
    done = publish(store, folder, signed(), terms=Terms(migrate=Source("x", '{"confirmed": "firm"}')))
    assert (done.release.migrate, done.release.after_event) == ({"booking": {"confirmed": "firm"}}, 2)
    with store.reading() as releases:
        for number, state in ((1, "confirmed"), (2, "firm")):
            told = list(releases.events(number, done.draft.catalog.machines))
            assert state in [one.data.get("to", one.data.get("status")) for one in told], "as that release calls it"
    events.append(
        [WireEvent(id="e3", type="booking.created", time=Timestamp(3), subject="b3", data={"status": "firm"})]
    )
    with store.reading() as releases:
        assert releases.rows(done.draft.catalog.machines) == {"booking": {"b1": "firm", "b2": "firm", "b3": "firm"}}
        assert [releases.in_force(seq) for seq in (1, 2, 3)] == [1, 1, 2]
    with pytest.raises(RefusedError) as back:
        roll_back(store, 1, signed())
    assert [(one.code, one.witness) for one in back.value.draft.diagnostics] == [("V993", ["b1", "b2", "b3"])]
    terms = Terms(migrate=Source("x", "booking: {firm: draft}"))
    done = roll_back(store, 1, signed(), terms=terms)
    with store.reading() as releases:
        assert set(releases.rows(done.draft.catalog.machines)["booking"].values()) == {"draft"}
    events.close()


def test_locales_are_kept_from_release_to_release(store: ReleaseStore, folder: Path) -> None:
    publish(store, folder, signed(), terms=Terms(locales=("en",)))
    edit(folder, "templates/booking-confirmed.yaml", "sms: {en:", "sms: {ru:")
    edit(folder, "templates/booking-confirmed.yaml", "fallback: en", "fallback: ru")
    with pytest.raises(RefusedError) as refused:
        publish(store, folder, signed())
    assert [one.code for one in refused.value.draft.diagnostics] == ["V999"]
    done = publish(store, folder, signed(), terms=Terms(locales=("ru",)))
    assert done.release.notes["locales"] == ["ru"]


def test_a_link_within_the_folder_stays_a_link(store: ReleaseStore, folder: Path) -> None:
    (folder / "kept").mkdir()
    (folder / RULE).rename(folder / "kept" / "rule.yaml")
    (folder / RULE).symlink_to(folder / "kept" / "rule.yaml")
    publish(store, folder, signed())
    edit(folder, RULE, '"deposit"', '"balance"')
    publish(store, folder, signed())
    assert (folder / RULE).is_symlink()
    assert "version: 2\n" in (folder / "kept" / "rule.yaml").read_text()
