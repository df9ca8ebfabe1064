"""Every mistake a template can hold, one function each. Codes V970 to V989."""

from __future__ import annotations

from collections.abc import Iterable

from engine.conditions.types import Type, phrase
from engine.diagnostics import Diagnostic, Place, did_you_mean, did_you_mean_zone


def _error(code: str, message: str, place: Place, length: int, hint: str | None = None) -> Diagnostic:
    return Diagnostic(code, "error", message, place, max(1, length), hint)


def _listed(names: Iterable[str], most: int = 12) -> str:
    words = sorted(names)
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def unknown_machine(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    machines = list(known)
    hint = did_you_mean(name, machines) or f"the machines are {_listed(machines)}"
    return _error("V970", f'there is no machine "{name}"', place, len(name), hint)


def unknown_variable(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    names = list(known)
    hint = did_you_mean(name, names) or f"a text may mention {_listed(names)}"
    return _error("V971", f'nothing here is called "{name}"', place, len(name), hint)


def ambiguous_name(place: Place, name: str, paths: Iterable[tuple[str, ...]]) -> Diagnostic:
    full = " or ".join(".".join(path) for path in paths)
    return _error("V972", f'"{name}" could mean more than one entity', place, len(name), f"write the path: {full}")


def unknown_field(place: Place, owner: str, name: str, known: Iterable[str]) -> Diagnostic:
    names = list(known)
    hint = did_you_mean(name, names) or (f"it has {_listed(names)}" if names else None)
    return _error("V973", f'{owner} has no field "{name}"', place, len(name), hint)


def too_many_steps(place: Place, name: str, most: int) -> Diagnostic:
    hint = "let the template be about an entity that is nearer to it"
    return _error("V973", f"this walks more than {most} relations", place, len(name), hint)


def bad_syntax(place: Place, length: int, reason: str) -> Diagnostic:
    hint = "write {{ booking.code }} for a value, {% if … %} … {% endif %} and {% for … in … %} … {% endfor %}"
    return _error("V974", f"this is no template: {reason}", place, length, hint)


def not_allowed(place: Place, length: int, what: str, hint: str | None = None) -> Diagnostic:
    hint = hint or "a text has values with filters, `if` and `for`, and nothing that computes"
    return _error("V975", f"{what} has no place in a template", place, length, hint)


def unknown_filter(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    names = list(known)
    hint = did_you_mean(name, names) or f"the filters are {_listed(names)}"
    return _error("V976", f'there is no filter "{name}"', place, len(name), hint)


def unknown_test(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = f"after `is` there may stand {_listed(known)}; compare values with == and in"
    return _error("V976", f'there is no test "{name}"', place, len(name), hint)


def filter_takes(place: Place, name: str, wanted: str, found: Type | str) -> Diagnostic:
    shown = found if isinstance(found, str) else phrase(found)
    return _error("V977", f"{name} takes {wanted}, found {shown}", place, len(name))


def filter_arguments(place: Place, name: str, usage: str) -> Diagnostic:
    return _error("V977", f"this is not how {name} is used", place, len(name), f"write {usage}")


def cannot_be_shown(place: Place, length: int, shown: str, kind: Type | str, hint: str) -> Diagnostic:
    what = kind if isinstance(kind, str) else phrase(kind)
    return _error("V978", f"{shown} is {what} and cannot be shown as it is", place, length, hint)


def not_a_list(place: Place, length: int, shown: str, known: Iterable[str]) -> Diagnostic:
    names = list(known)
    hint = f"go through one of {_listed(names)}" if names else "the entity has no list"
    return _error("V979", f"{shown} is no list", place, length, hint)


def never_equal(place: Place, length: int, shown: str, value: str, known: Iterable[str]) -> Diagnostic:
    names = list(known)
    hint = did_you_mean(value, names) or f"it is one of {_listed(names)}"
    return _error("V980", f'{shown} is never "{value}"', place, length, hint)


def not_compared(place: Place, length: int, left: Type | str, right: Type | str, hint: str | None = None) -> Diagnostic:
    one, other = (kind if isinstance(kind, str) else phrase(kind) for kind in (left, right))
    return _error("V980", f"{one} and {other} cannot be compared in a template", place, length, hint)


def unknown_zone(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    hint = did_you_mean_zone(name, known) or "zones go by their IANA names, such as Europe/Berlin"
    return _error("V981", f'there is no time zone "{name}"', place, len(name), hint)


def no_fallback(place: Place, channel: str, fallback: str) -> Diagnostic:
    hint = f"write the text in {fallback}: whoever reads none of the others gets it"
    return _error("V982", f"{channel} has no text in the fallback locale {fallback}", place, len(channel), hint)


def locale_missing(place: Place, channel: str, locale: str, other: str, fallback: str) -> Diagnostic:
    message = f"{channel} has no text in {locale}, which {other} has"
    hint = f"its readers get {fallback} here; write the text in {locale}, too"
    return Diagnostic("V983", "warning", message, place, len(channel), hint)


def unknown_locale(place: Place, tag: str) -> Diagnostic:
    hint = "a locale begins with a language of ISO 639, such as en, ru or pt-BR"
    return _error("V984", f'no language goes by "{tag}"', place, len(tag), hint)


def repeated_locale(place: Place, tag: str, other: str) -> Diagnostic:
    return _error("V984", f"{tag} and {other} are one locale", place, len(tag), "keep one of the two")


def too_large(place: Place, length: int, what: str) -> Diagnostic:
    return _error("V985", what, place, length, "make two templates of it, or say it shorter")


def number_too_large(place: Place, digits: int) -> Diagnostic:
    hint = f"a text shows numbers of at most {digits} digits before the point"
    return _error("V985", "this number is too large", place, 2, hint)


def out_of_reach(place: Place, template: str, entity: str, reached: Iterable[str]) -> Diagnostic:
    names = list(reached)
    here = f"this rule reaches {_listed(names)}" if names else "this rule has no entity at hand"
    message = f"{template} is about {entity}, which cannot be reached from here"
    hint = f"{here}; choose another template, or let `to` lead by way of {entity}"
    return _error("V986", message, place, len(template), hint)
