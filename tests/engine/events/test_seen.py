"""What was met before is known again, however much comes between."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.events.seen import Seen


@given(st.lists(st.tuples(st.text(max_size=3), st.binary(max_size=1))))
def test_an_id_is_new_once_and_then_known_with_the_content_it_first_had(met: list[tuple[str, bytes]]):
    seen = Seen()
    first: dict[str, bytes] = {}
    for id, content in met:
        assert seen.add(id, content) == (first[id] == content if id in first else None)
        first.setdefault(id, content)


def test_thousands_are_remembered():
    seen = Seen()
    for number in range(10_000):
        assert seen.add(f"e{number}", b"%d" % number) is None
    assert all(seen.add(f"e{number}", b"%d" % number) is True for number in range(10_000))
    assert not any(seen.add(f"e{number}", b"other") for number in range(10_000))
