"""The world of a simulation: every entity's record as the fold of events, with a journal to take changes back.

Only inverse relations and pasts that some document asks for are kept up to date.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.conditions.values import Timestamp
from engine.machines.slots import Slot
from engine.simulation.occupancy import Occupancy

Record = dict[str, Any]
FINGERPRINTED = ("exception",)
"""Machines of which no second entity of one reason about one entity is made while the first still stands."""
_ABSENT = object()


class World:
    """Records by machine and id.

    ``inverses`` lists the (machine, relation) pairs that conditions walk backwards, ``pasts`` the machines whose moves
    ``count_moves`` asks for.
    """

    __slots__ = ("_alike", "_born", "_inverse", "_journal", "_moves", "_occupied", "_recording", "tables")

    shared = False
    """Whether others see and change it too, so that what a run did must be written, and may then be refused."""

    def __init__(
        self, machines: Iterable[str], inverses: Iterable[tuple[str, str]] = (), pasts: Iterable[str] = ()
    ) -> None:
        self.tables: dict[str, dict[str, Record]] = {machine: {} for machine in machines}
        self._inverse: dict[str, dict[str, dict[str, dict[str, None]]]] = {}
        for machine, relation in inverses:
            self._inverse.setdefault(machine, {})[relation] = {}
        self._born: dict[str, dict[str, int]] = {machine: {} for machine in self._inverse}
        self._moves: dict[str, dict[str, list[tuple[Timestamp, str | None, str]]]] = {m: {} for m in pasts}
        self._occupied: dict[str, dict[Slot, Occupancy]] = {}
        self._alike: dict[str, dict[tuple[Any, Any], list[str]]] = {machine: {} for machine in FINGERPRINTED}
        self._journal: list[tuple[Any, ...]] = []
        self._recording = False

    def taken(self, slot: Slot, id: str, start: int, end: int) -> bool:
        """Whether an entity of the slot takes ``id`` at some instant of the half-open time.

        The first question about a slot sorts what is there; from then on it is kept up to date.
        """
        kept = self._occupied.setdefault(slot.machine, {})
        occupancy = kept.get(slot)
        if occupancy is None:
            occupancy = kept[slot] = Occupancy(slot, self.tables[slot.machine].values())
        return occupancy.meets(id, start, end)

    def inverse(self, machine: str, relation: str, id: str) -> list[Record]:
        """The records of ``machine`` whose ``relation`` is ``id``, oldest first."""
        table = self.tables[machine]
        try:
            tracked = self._inverse[machine][relation]
        except KeyError:
            return [record for record in table.values() if record.get(relation) == id]
        return [table[other] for other in tracked.get(id, ())]

    def count_moves(self, machine: str, id: str, name: str, since: Timestamp) -> int:
        """How often the entity took the transition ``name``, or came into the state ``name``, after ``since``."""
        past = self._moves.get(machine, {}).get(id, ())
        return sum(1 for time, transition, state in past if time > since and name in (transition, state))

    def alike(self, machine: str, about: str, reason: str) -> Iterable[Record]:
        """The entities of a fingerprinted machine that have this reason and are about that entity."""
        table = self.tables[machine]
        for id in self._alike[machine].get((about, reason), ()):
            record = table[id]
            if record.get("about") == about and record.get("reason") == reason:
                yield record

    def create(self, machine: str, record: Record) -> None:
        """Adds an entity. Raises ValueError where there is one of that id."""
        table = self.tables[machine]
        id = record["id"]
        if id in table:
            raise ValueError(f'{machine} "{id}" exists already')
        if self._recording:
            self._journal.append((self._uncreate, machine, id))
        table[id] = record
        if machine in self._alike and "about" in record:
            self._alike[machine].setdefault((record["about"], record.get("reason")), []).append(id)
        if machine in self._occupied:
            for occupancy in self._occupied[machine].values():
                occupancy.note(record)
        tracked = self._inverse.get(machine)
        if tracked:
            born = self._born[machine]
            born[id] = len(born)
            for relation in tracked:
                self._point(machine, relation, id, record.get(relation))

    def change(self, machine: str, record: Record, name: str, value: Any) -> None:
        """Sets a field or relation; None removes it."""
        if self._recording:
            self._journal.append((self._restore, machine, record, name, record.get(name, _ABSENT)))
        tracked = self._inverse.get(machine)
        if tracked and name in tracked:
            self._unpoint(machine, name, record["id"], record.get(name))
            self._point(machine, name, record["id"], value)
        if value is None:
            record.pop(name, None)
        else:
            record[name] = value
        if machine in self._occupied:
            for occupancy in self._occupied[machine].values():
                occupancy.changed(record, name)

    def moved(self, machine: str, id: str, time: Timestamp, transition: str | None, state: str) -> None:
        """Notes a move for ``count_moves``."""
        pasts = self._moves.get(machine)
        if pasts is None:
            return
        past = pasts.setdefault(id, [])
        past.append((time, transition, state))
        if self._recording:
            self._journal.append((past.pop,))

    def savepoint(self) -> None:
        """Begins to record changes so that they can be taken back."""
        self._recording = True
        self._journal.clear()

    def write(self) -> None:
        """Writes what changed since the last time to where others see it. Raises RefusedError where that is refused."""

    def keep(self) -> None:
        """Ends the savepoint; the changes stay."""
        self._recording = False
        self._journal.clear()

    def rollback(self) -> None:
        """Ends the savepoint and takes every change since back."""
        self._recording = False
        for undo, *what in reversed(self._journal):
            undo(*what)
        self._journal.clear()

    def _uncreate(self, machine: str, id: str) -> None:
        record = self.tables[machine].pop(id)
        if machine in self._alike and "about" in record:
            self._alike[machine][record["about"], record.get("reason")].remove(id)
        for occupancy in self._occupied.get(machine, {}).values():
            occupancy.forget(id)
        for relation in self._inverse.get(machine, ()):
            self._unpoint(machine, relation, id, record.get(relation))
        if machine in self._born:
            del self._born[machine][id]

    def _restore(self, machine: str, record: Record, name: str, earlier: Any) -> None:
        self.change(machine, record, name, None if earlier is _ABSENT else earlier)

    def _point(self, machine: str, relation: str, id: str, target: Any) -> None:
        if target is None:
            return
        pointing = self._inverse[machine][relation].setdefault(target, {})
        born = self._born[machine]
        late = bool(pointing) and born[next(reversed(pointing))] > born[id]
        pointing[id] = None
        if late:  # an older entity came in by a change: the list stays in order of creation
            ordered = sorted(pointing, key=born.__getitem__)
            pointing.clear()
            pointing.update(dict.fromkeys(ordered))

    def _unpoint(self, machine: str, relation: str, id: str, target: Any) -> None:
        if target is not None:
            self._inverse[machine][relation].get(target, {}).pop(id, None)
