from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conditions.times import MAX_DURATION, MAX_TIMESTAMP, MIN_DURATION, MIN_TIMESTAMP
from engine.conditions.typed import from_plain, from_typed, to_plain, to_typed
from engine.conditions.values import (
    NOTHING,
    TRUE_KEY,
    CelError,
    Duration,
    Maybe,
    Timestamp,
    UInt,
    equal,
    from_key,
    to_key,
    type_name,
)

timestamps = st.integers(MIN_TIMESTAMP, MAX_TIMESTAMP).map(Timestamp)
durations = st.integers(MIN_DURATION, MAX_DURATION).map(Duration)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(0, 2**64 - 1).map(UInt),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    timestamps,
    durations,
)
keys = st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text()).map(to_key)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=10)


@given(timestamps)
def test_a_timestamp_reads_back_from_its_text(timestamp):
    assert Timestamp.parse(timestamp.text()) == timestamp


@given(durations)
def test_a_duration_reads_back_from_its_text(duration):
    assert Duration.parse(duration.text()) == duration


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), st.integers(-1439, 1439))  # noqa: DTZ001
def test_timestamps_agree_with_the_standard_library(local, minutes):
    sign, distance = ("-", -minutes) if minutes < 0 else ("+", minutes)
    text = f"{local.isoformat()}{sign}{distance // 60:02d}:{distance % 60:02d}"
    instant = local.replace(tzinfo=UTC) - timedelta(minutes=minutes)
    expected = (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000
    assert Timestamp.parse(text) == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-04-01T10:00:00Z", "2026-04-01T10:00:00Z"),
        ("2026-04-01 10:00:00+02:00", "2026-04-01T08:00:00Z"),
        ("2026-04-01t10:00:00.5z", "2026-04-01T10:00:00.500Z"),
        ("2026-04-01T10:00:00.000001Z", "2026-04-01T10:00:00.000001Z"),
        ("2026-04-01T10:00:00.1234567899Z", "2026-04-01T10:00:00.123456789Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_timestamps_are_shown_in_utc_with_the_digits_they_need(text, shown):
    assert Timestamp.parse(text).text() == shown


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-04-01", "2026-04-01T10:00:00", "2026-04-01T10:00Z", "2026-4-1T10:00:00Z", "2026-02-29T00:00:00Z",
        "2026-04-01T25:00:00Z", "2026-04-01T10:00:60Z", "2026-04-01T10:00:00+24:00", "2026-04-01T10:00:00.Z",
        "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "٢٠٢٦-04-01T10:00:00Z",
        "2026-04-01T10:00:00Z ", "2026-04-01T10:00:00Z\n",
    ],
)  # fmt: skip
def test_what_is_no_timestamp_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        Timestamp.parse(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h30m", 5400),
        ("90s", 90),
        ("2d", 172_800),
        ("0", 0),
        ("-1.5h", -5400),
        ("+.5m", 30),
        ("1m1s", 61),
        ("1500ms", 1.5),
    ],
)
def test_durations_are_read(text, seconds):
    assert Duration.parse(text) == int(seconds * 1_000_000_000)


@pytest.mark.parametrize(
    "text", ["", "1", "h", "1x", "1h 30m", "--1s", "1wd", ".s", "1e3s", "9" * 200 + "s", "400000000d"]
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match=r"duration"):
        Duration.parse(text)


@pytest.mark.parametrize(
    ("nanoseconds", "shown"),
    [(0, "0s"), (1, "0.000000001s"), (-500_000_000, "-0.5s"), (5_400_000_000_000, "5400s"), (-1, "-0.000000001s")],
)
def test_durations_are_shown_in_seconds(nanoseconds, shown):
    assert Duration(nanoseconds).text() == shown


def test_booleans_and_numbers_are_different_keys_but_whole_numbers_are_one():
    assert len({to_key(True), to_key(1)}) == 2
    assert len({to_key(1), to_key(UInt(1)), to_key(1.0)}) == 1
    assert to_key(True) is TRUE_KEY
    assert from_key(TRUE_KEY) is True


@pytest.mark.parametrize("value", [1.5, None, [], b"", Timestamp(0)])
def test_other_values_are_no_keys(value):
    with pytest.raises(CelError):
        to_key(value)


@given(values)
def test_every_value_equals_itself_and_survives_its_typed_form(value):
    assert equal(value, value)
    back = from_typed(to_typed(value))
    assert equal(back, value)
    assert type(back) is type(value)


@given(scalars, scalars)
def test_equality_does_not_depend_on_the_side(left, right):
    assert equal(left, right) == equal(right, left)
    if isinstance(left, bool) != isinstance(right, bool):
        assert not equal(left, right)


def test_plain_json_becomes_values_and_typed_forms_inside_it_are_understood():
    found = from_plain({"a": 1, "b": [1.5, {"t": "uint", "v": "3"}], "c": {"t": "spring"}})
    assert found == {"a": 1, "b": [1.5, UInt(3)], "c": {"t": "spring"}}
    assert type(found["b"][1]) is UInt
    with pytest.raises(ValueError, match="larger than an int"):
        from_plain([2**63])


@pytest.mark.parametrize(
    "form",
    [1, {}, {"t": "int"}, {"t": "int", "v": "x"}, {"t": "int", "v": True}, {"t": "uint", "v": "-1"}, {"t": "list", "v": 1},
     {"t": "map", "v": [[{"t": "null"}, {"t": "null"}]]}, {"t": "map", "v": [1]}, {"t": "bytes", "b64": "?"}, {"t": "bool", "v": 1},
     {"t": "money", "v": 1}, {"t": "timestamp", "v": "today"}, {"t": "string", "v": 1}, {"t": "double", "v": "x"}],
)  # fmt: skip
def test_broken_typed_forms_are_refused(form):
    with pytest.raises(ValueError, match=r"."):
        from_typed(form)


def test_values_are_shown_to_people_as_plain_json():
    value: dict[object, object] = {
        to_key(True): [Timestamp(0), Duration(1_500_000_000), UInt(1), NOTHING, Maybe(True, b"a"), float("inf")]
    }
    assert to_plain(value) == {"True": ["1970-01-01T00:00:00Z", "1.5s", 1, None, "YQ==", "Infinity"]}
    assert type_name(Timestamp(0)) == "google.protobuf.Timestamp"
