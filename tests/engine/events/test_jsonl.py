"""Files of events: a broken line costs itself, an interrupted write costs nothing."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.conditions.values import Timestamp
from engine.diagnostics import Diagnostic
from engine.events.envelope import WireEvent
from engine.events.jsonl import LONGEST_LINE, UnreadableError, read_event, read_events, write_events

GOOD = b'{"id":"%s","type":"a.created","time":"2026-03-27T10:00:00Z"}'
BROKEN: dict[bytes, tuple[str, int, str]] = {
    b'{"id":"a"': ("V802", 1, "truncated"),
    b'{"id":"a", "data": NaN}': ("V802", 20, "invalid"),
    b'{"id":"a", "data": {"x": Infinity}}': ("V802", 26, "invalid"),
    '{"é": "€", "data": NaN}'.encode(): ("V802", 20, "invalid"),
    b"[]": ("V803", 1, "expected `object`"),
    b'{"id":"a","type":"b","time":"2026-03-27T10:00:00Z"} {}': ("V802", 54, "trailing"),
    b'{"id":"a","time":"2026-03-27T10:00:00Z"}': ("V803", 1, "`type`"),
    b'{"id":7,"type":"b","time":"2026-03-27T10:00:00Z"}': ("V803", 1, "id: expected `str`"),
    b'{"id":"a","type":"b","time":"2026-03-27T10:00:00Z","specversion":"0.3"}': ("V803", 1, "specversion"),
    b'{"id":"a","type":"b","time":"2026-03-27T10:00:00Z","changes":{"x":[1]}}': ("V803", 1, "length 2"),
    b'{"id":"a","type":"b","time":"2026-03-27T10:00:00Z","depth":-1}': ("V803", 1, "depth"),
    b'{"id":"a","type":"b","time":"2026-03-27T10:00:00Z","data":[]}': ("V803", 1, "data"),
    b'{"id":"a","type":"b","time":"2026-03-27T10:00:00Z","data":{"x":1e999}}': ("V803", 1, "range"),
    b'{"id":"a","type":"b","time":"2026-03-27"}': ("V804", 1, "RFC 3339"),
    b'{"id":"a","type":"b","time":5}': ("V804", 1, "a text"),
    b'{"id":"\\ud800","type":"b","time":"2026-03-27T10:00:00Z"}': ("V805", 1, "surrogate"),
    b'{"id":"\\u0000","type":"b","time":"2026-03-27T10:00:00Z"}': ("V805", 1, "NUL"),
    b'{"id":"\xff","type":"b","time":"2026-03-27T10:00:00Z"}': ("V805", 1, "UTF-8"),
    b'{"id":"a","data":' + b"[" * 100_000 + b"]" * 100_000 + b"}": ("V803", 1, "data"),
    b'{"id":"a","data":{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}}": ("V802", 1, "deep"),
    b'{"id":"' + b"a" * LONGEST_LINE + b'"}': ("V806", 1, "1,048,576"),
    GOOD % b"1": ("V807", 1, '"1"'),
    (GOOD % b"1").replace(b"created", b"updated"): ("V808", 1, '"1"'),
}


@pytest.mark.parametrize("line", BROKEN, ids=[f"{value[0]}-{at}" for at, value in enumerate(BROKEN.values())])
def test_a_broken_line_costs_itself_and_says_where(tmp_path: Path, line: bytes) -> None:
    code, column, words = BROKEN[line]
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join([b"\xef\xbb\xbf" + GOOD % b"1", b"", line, GOOD % b"2\\\\u0000"]))
    found: list[Diagnostic] = []
    read = [(number, event.id) for number, event in read_events(path, found.append, file="log.jsonl")]
    assert read == [(1, "1"), (4, "2\\u0000")]
    assert [(one.code, one.place.file, one.place.line, one.place.column) for one in found] == [
        (code, "log.jsonl", 3, column)
    ]
    assert words.lower() in found[0].message.lower()
    assert len(found[0].message) < 200


def test_packed_files_are_read_and_written(tmp_path: Path) -> None:
    events = [WireEvent(id=str(number), type="a.b", time=Timestamp(number)) for number in range(100)]
    for name in ("events.jsonl", "events.jsonl.gz"):
        assert write_events(tmp_path / name, events) == 100
        assert [event for _, event in read_events(tmp_path / name, _fail)] == events
    first = (tmp_path / "events.jsonl.gz").read_bytes()
    write_events(tmp_path / "events.jsonl.gz", events)
    assert (tmp_path / "events.jsonl.gz").read_bytes() == first


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    whole = gzip.compress(GOOD % b"1" + b"\n" * 100_000)
    (tmp_path / "cut.gz").write_bytes(whole[:-20])
    (tmp_path / "wrong.gz").write_bytes(b"\x1f\x8b rubbish")
    for path in (tmp_path / "none.jsonl", tmp_path, tmp_path / "cut.gz", tmp_path / "wrong.gz"):
        with pytest.raises(UnreadableError) as caught:
            list(read_events(path, _fail))
        assert caught.value.diagnostic.code == "V801"


def test_an_interrupted_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("before\n")

    def interrupted() -> Iterator[WireEvent]:
        yield WireEvent(id="1", type="a.b", time=Timestamp(0))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_events(path, interrupted())
    assert [one.name for one in tmp_path.iterdir()] == ["out.jsonl"]
    assert path.read_text() == "before\n"


def test_a_device_is_written_to_as_it_is() -> None:
    assert write_events(Path("/dev/null"), [WireEvent(id="1", type="a.b", time=Timestamp(0))]) == 1
    assert not Path("/dev/null").is_file()


def test_one_event_may_stand_on_several_lines() -> None:
    event = read_event(b'{"id": "e",\n "type": "a.b",\n "time": "2026-03-27T10:00:00Z"}\n', _fail, file="-")
    assert event is not None
    assert event.id == "e"
    found: list[Diagnostic] = []
    assert read_event(b"{", found.append, file="-") is None
    assert [one.place.file for one in found] == ["-"]


def _fail(diagnostic: Diagnostic) -> None:
    pytest.fail(diagnostic.message)
