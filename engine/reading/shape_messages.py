"""What the reader says about a document whose shape is wrong: one function a mistake, codes V201 to V299."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.diagnostics import Diagnostic, Place, did_you_mean


def _error(code: str, message: str, place: Place, length: int, hint: str | None = None) -> Diagnostic:
    return Diagnostic(code, "error", message, place, length, hint)


def unknown_key(place: Place, length: int, key: str, known: Sequence[str], where: str) -> Diagnostic:
    """A mapping has a key that means nothing there."""
    hint = did_you_mean(key, known) or (f"known here: {', '.join(known)}" if known else "no keys are expected here")
    return _error("V201", f'{where} has no key "{key}"', place, length, hint)


def missing_keys(place: Place, length: int, keys: Sequence[str], where: str) -> Diagnostic:
    """A mapping lacks keys that it must have."""
    hint = f"add {keys[0]}:" if len(keys) == 1 else f"add {', '.join(f'{key}:' for key in keys)}"
    return _error("V202", f"{where} needs {_and(_quoted(keys))}", place, length, hint)


def wrong_type(place: Place, length: int, where: str, expected: str, found: str, hint: str | None) -> Diagnostic:
    """A value is a text where a list is expected, or the like."""
    return _error("V203", f"{where}: expected {expected}, found {found}", place, length, hint)


def no_value(place: Place, length: int, where: str, expected: str) -> Diagnostic:
    """A key stands alone, without a value."""
    return _error("V203", f"{where} has no value", place, length, f"write {expected}, or remove the key")


def not_one_of(place: Place, length: int, value: str, known: Sequence[str]) -> Diagnostic:
    """A text is none of the few that are possible."""
    return _error("V204", f'"{value}" is not one of {", ".join(known)}', place, length, did_you_mean(value, known))


def not_written_like(place: Place, length: int, value: str, expected: str) -> Diagnostic:
    """A text is not written the way it must be; ``expected`` says how, with an example."""
    return _error("V205", f'"{value}" is not {expected}', place, length, f"write {expected}")


def working_days_without_calendar(place: Place, length: int, value: str) -> Diagnostic:
    """A duration in working days stands where no calendar is named."""
    message = f'"{value}" counts working days, and no calendar is named here'
    return _error("V205", message, place, length, "write hours or days, such as 8h or 1d")


def empty(place: Place, length: int, where: str, expected: str) -> Diagnostic:
    """A text, list or mapping is empty where something must stand."""
    return _error("V206", f"{where} is empty", place, length, f"write {expected}")


def out_of_bounds(place: Place, length: int, where: str, value: object, bound: object, smaller: bool) -> Diagnostic:
    """A number is too small or too large."""
    size, limit = ("small", "smallest") if smaller else ("large", "largest")
    message = f"{where}: {value} is too {size}; the {limit} is {bound}"
    return _error("V207", message, place, length, f"write {bound} or {'more' if smaller else 'less'}")


def none_of(place: Place, length: int, where: str, keys: Sequence[str]) -> Diagnostic:
    """Exactly one of several keys is expected, and none is there."""
    return _error("V208", f"{where} needs {_or(_quoted(keys))}", place, length, "write exactly one of them")


def several_of(place: Place, length: int, where: str, found: Sequence[str]) -> Diagnostic:
    """Exactly one of several keys is expected, and more are there."""
    message = f"{where} has {_and(_quoted(found))}, and only one of them can hold"
    return _error("V208", message, place, length, "keep one of them")


def no_action(place: Place, length: int, known: Sequence[str]) -> Diagnostic:
    """An item of ``actions`` names no action."""
    return _error("V208", "this item names no action", place, length, f"write one of {', '.join(known)}")


def several_actions(place: Place, length: int, found: Sequence[str]) -> Diagnostic:
    """An item of ``actions`` names more than one action."""
    message = f"this item names {_and(_quoted(found))}, and an item holds one action"
    return _error("V208", message, place, length, 'begin a new item with "- " for each action')


def needs_beside(place: Place, length: int, key: str, missing: str) -> Diagnostic:
    """A key makes sense only beside another one."""
    message = f'"{key}" stands without "{missing}"'
    return _error("V209", message, place, length, f'add {missing}:, or remove "{key}"')


def does_not_fit(place: Place, length: int, where: str) -> Diagnostic:
    """The schema refuses the value for a reason without a more special explanation."""
    return _error(
        "V210",
        f"{where} does not have the shape of such a document",
        place,
        length,
        "compare it with the schema in docs/schemas",
    )


# A document in its folder


def unknown_kind(place: Place, length: int, kind: str, known: Iterable[str]) -> Diagnostic:
    """``kind`` names no kind of document."""
    names = sorted(known)
    hint = did_you_mean(kind, names) or f"the kinds are {', '.join(names)}"
    return _error("V211", f'"{kind}" is no kind of document', place, length, hint)


def kind_in_wrong_folder(place: Place, length: int, kind: str, fitting: Sequence[str], home: str) -> Diagnostic:
    """The document's kind lives in another folder."""
    message = f'a document of kind "{kind}" does not belong into this folder, which holds {_or(_quoted(fitting))}'
    return _error("V212", message, place, length, f"move the file to {home}/, or correct its kind")


def id_is_not_the_file_name(place: Place, length: int, written: str, name: str) -> Diagnostic:
    """``id`` and the file's name differ."""
    message = f'the id is "{written}", and the file is named "{name}.yaml"'
    return _error("V213", message, place, length, f'write id: {name}, or rename the file to "{written}.yaml"')


def id_used_twice(file: str, kind: str, identifier: str, first: str) -> Diagnostic:
    """Two files of one kind have the same name in different folders."""
    message = f'there is already a {kind} "{identifier}" in {first}'
    return _error("V214", message, Place(file, 1, 1), 1, "rename one of the two files, and its id with it")


def _quoted(words: Iterable[str]) -> list[str]:
    return [f'"{word}"' for word in words]


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _or(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
