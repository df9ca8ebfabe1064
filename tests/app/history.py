"""Days at the agency by dice, for what must hold whatever has happened."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import strategies as st

from app.commands.options import challenge, hold
from app.commands.undo import undo
from app.road.problems import NotFoundError, ProblemError
from app.workers.sweep import WORKER, next_due
from engine.conditions.values import Timestamp

SECOND = 1_000_000_000
"""In nanoseconds."""
MILLISECOND = SECOND // 1_000
MINUTE = 60 * SECOND
WINDOW = 15_000_000
"""In microseconds."""


def pass_time(desk: Any, worker: Any, until: Timestamp) -> None:
    """Lets the clock go from one thing that is due to the next."""
    clock = desk.platform.clock
    while (due := desk.platform.pipeline.read(WORKER, next_due)) is not None and due <= until:
        clock.instant = max(clock.instant, due)
        worker.run_once()
    clock.instant = until
    worker.run_once()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["book", "ask", "hold", "pay", "move", "set", "wait", "shift", "undo"]), st.integers(0, 999)
    ),
    min_size=6,
    max_size=16,
)


class History:
    """Some days at the agency, by dice."""

    def __init__(self, desk: Any, worker: Any) -> None:
        self.desk, self.worker = desk, worker
        self.undone = 0
        self.known: dict[str, list[str]] = {"booking": [], "inquiry": [], "option": []}
        self.clients = [desk.client(), desk.client(tier="vip", email="v@example.test")]
        self.models = [desk.model(), desk.model(name="Ida")]
        for what, dice in (("book", 0), ("book", 3), ("hold", 0), ("hold", 1), ("ask", 1)):
            self.step(what, dice)

    def step(self, what: str, dice: int) -> None:
        self.desk.platform.clock.advance(7 * MILLISECOND)  # no two commands of people come at one instant
        with suppress(ProblemError):  # what the machines do not allow does not happen
            getattr(self, f"_{what}")(dice)

    def _pick(self, kind: str, dice: int) -> str:
        found = self.known[kind]
        if not found:
            raise NotFoundError(kind, "")
        return found[dice % len(found)]

    def _book(self, dice: int) -> None:
        total = {"amount": 100_000 + dice * 5_000, "currency": "EUR"}
        client, model = self.clients[dice % 2], self.models[dice // 2 % 2]
        self.known["booking"].append(self.desk.booking(client, model, 10 + dice % 3, total=total))

    def _ask(self, dice: int) -> None:
        self.known["inquiry"].append(self.desk.inquiry(self.clients[dice % 2], self.models[dice // 2 % 2]))

    def _hold(self, dice: int) -> None:
        booking = self._pick("booking", dice)
        self.known["option"].append(self.desk.do(lambda road: hold(road, booking)["id"]))

    def _pay(self, dice: int) -> None:
        booking = self._pick("booking", dice)
        if dice % 3:
            self.desk.move("booking", booking, "request_deposit")
        self.desk.pay(booking)

    def _move(self, dice: int) -> None:
        kind = list(self.known)[dice % 3]
        id = self._pick(kind, dice // 3)
        status = self.desk.get(kind, id)["status"]
        machine = self.desk.platform.releases.catalog(1).machines[kind]
        names = [one.name for one in machine.transitions.values() if status in one.sources]
        if names and dice % 5:
            self.desk.move(kind, id, names[dice % len(names)], reason="dice")
        elif kind == "option":
            self.desk.do(lambda road: challenge(road, id))

    def _set(self, dice: int) -> None:
        booking = self._pick("booking", dice)
        self.desk.change(
            "booking", booking, deposit_status=("none", "due", "waived", "paid")[dice % 4], city=f"C{dice}"
        )

    def _shift(self, dice: int) -> None:
        booking = self._pick("booking", dice)
        self.desk.change("booking", booking, model=self.models[dice % 2])

    def _wait(self, dice: int) -> None:
        pass_time(self.desk, self.worker, Timestamp(self.desk.platform.clock.now() + (1 + dice * 5) * MINUTE))

    def _undo(self, dice: int) -> None:
        """Undoes what the owner did last."""
        pass_time(self.desk, self.worker, Timestamp(self.desk.platform.clock.now() + dice % 15 * SECOND))
        row = self.desk.rows(
            "SELECT root FROM events WHERE root = id AND body LIKE '%the-owner%' ORDER BY seq DESC LIMIT 1"
        )
        if row:
            self.desk.do(lambda road: undo(road, row[0]["root"], WINDOW))
            self.undone += 1
