"""Objects that are there before all of them is known: what is asked for first fetches the rest.

A deferred object is one of its class in every respect. Python asks ``__getattr__`` only for a slot that was never
filled, and once all are filled the object is an ordinary one, so that nothing it is used for later costs more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar


class Deferred:
    """The base of classes with slots whose objects may come before what they hold."""

    __slots__ = ("_fetch",)
    _fetch: Callable[[], None]


Made = TypeVar("Made", bound=Deferred)
Value = TypeVar("Value")


def deferred(kind: type[Made], fetch: Callable[[], None], /, **known: object) -> Made:
    """An object of ``kind`` of which only ``known`` is known; ``fetch`` must ``complete`` it."""
    made: Made = object.__new__(_UNFINISHED.get(kind) or _unfinished(kind))
    fill = object.__setattr__
    fill(made, "_fetch", fetch)
    for name, value in known.items():
        fill(made, name, value)
    return made


def complete(made: Made, whole: Made) -> None:
    """Gives a deferred object what it lacks of ``whole``; an object that lacks nothing stays as it is."""
    kind = type(whole)
    if type(made) is kind:
        return
    fill = object.__setattr__
    for name in kind.__slots__:
        try:
            object.__getattribute__(made, name)
        except AttributeError:
            fill(made, name, getattr(whole, name))
    fill(made, "__class__", kind)
    object.__delattr__(made, "_fetch")


_UNFINISHED: dict[type, Any] = {}


def _unfinished(kind: type[Deferred]) -> Any:
    """The class of objects of ``kind`` while they lack something; their slots lie as those of ``kind``."""

    def fetched(self: Any, name: str) -> Any:
        if name not in kind.__slots__:
            raise AttributeError(f"{kind.__name__} has no attribute {name!r}", name=name, obj=self)
        self._fetch()
        return object.__getattribute__(self, name)

    named = {"__qualname__": kind.__qualname__, "__module__": kind.__module__}
    _UNFINISHED[kind] = type(kind.__name__, (kind,), {"__slots__": (), "__getattr__": fetched, **named})
    return _UNFINISHED[kind]


class DeferredMap(Mapping[str, Value]):
    """A mapping that makes each value when it is first asked for."""

    def __init__(self, keys: Iterable[str], make: Callable[[str], Value]) -> None:
        self._keys = dict.fromkeys(keys)
        self._make = make
        self._made: dict[str, Value] = {}

    def __getitem__(self, key: str) -> Value:
        try:
            return self._made[key]
        except KeyError:
            if key not in self._keys:
                raise
        made = self._made[key] = self._make(key)
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys
