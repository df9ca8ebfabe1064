"""What a policy's conditions mean for the states of its machine: a clock that cannot open, pause, run on or stop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.automation.known import Certainty, Facts
from engine.conditions.condition import Condition
from engine.conditions.reads import FieldRead
from engine.conditions.tree import Call, Node, Read, children
from engine.diagnostics import Diagnostic, Place
from engine.machines.model import Machine
from engine.sla import messages
from engine.sla.model import Policy


def check_states(policy: Policy, machine: Machine, places: Mapping[str, Place], report: list[Diagnostic]) -> None:
    """Reports a policy that can never open, run, pause or stop, or that can pause for ever."""
    states = _States(machine)
    start, stop, cancel, pause = (
        states.possible(condition) for condition in (policy.start, policy.stop, policy.cancel, policy.pause)
    )
    ends = states.certain(policy.stop) | states.certain(policy.cancel)
    begun = start - ends
    if not begun:
        report.append(messages.never_starts(places["start"]))
        return
    open_in = states.reachable(begun, ends)
    if policy.stop is None:
        if policy.cancel is None:
            report.append(messages.no_end(places["start"]))
    elif not stop & states.reachable(begun, frozenset()):
        report.append(messages.never_stops(places["stop"], open_in))
    if policy.pause is None:
        return
    if not pause & (open_in - ends):
        report.append(messages.never_pauses(places["pause"], open_in - ends))
        return
    resting = states.certain(policy.pause)
    # The wait for an instant knows no pauses.
    if open_in - ends <= resting and all(target.by is None for target in policy.targets):
        report.append(messages.never_runs(places["pause"], open_in - ends))
        return
    leaves = (frozenset(machine.states) - resting) | stop | cancel
    for state in machine.states:
        if state in resting & open_in - ends and not states.reachable({state}, frozenset()) & leaves:
            report.append(messages.paused_for_ever(places["pause"], state))
            return


class _States:
    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._certainty = Certainty()
        self._moves: dict[str, set[str]] = {}
        for transition in machine.transitions.values():
            for source in transition.sources:
                self._moves.setdefault(source, set()).add(transition.target)

    def possible(self, condition: Condition | None) -> frozenset[str]:
        """The states in which a condition may hold; none for a condition that is not there."""
        if condition is None:
            return frozenset()
        machine = self._machine.id
        return frozenset(
            state
            for state in self._machine.states
            if not self._certainty.cannot_hold(
                condition, machine, f"{machine}.updated", Facts(frozenset({("status", state)}))
            )
        )

    def certain(self, condition: Condition | None) -> frozenset[str]:
        """The states in which a condition certainly holds: it asks for nothing but the state, or for nothing."""
        if condition is None or not condition.reads() <= {FieldRead(self._machine.id, "status")}:
            return frozenset()
        if not all(_lasts(node, condition) for node in condition.nodes):
            return frozenset()
        return frozenset(
            state
            for state in self._machine.states
            if condition.judge(None, {"id": "", "status": state}, None, 0, None, None) is True
        )

    def reachable(self, begun: Iterable[str], ends: frozenset[str]) -> frozenset[str]:
        """The states that can be reached, those begun in included; nothing is followed beyond ``ends``."""
        found = set(begun)
        pending = [state for state in found if state not in ends]
        while pending:
            for target in self._moves.get(pending.pop(), ()):
                if target not in found:
                    found.add(target)
                    if target not in ends:
                        pending.append(target)
        return frozenset(found)


def _lasts(node: Node, condition: Condition) -> bool:
    """Whether a line yields the same for as long as the entity stays as it is: the time and the past are not asked."""
    if isinstance(node, Read) and not node.source.startswith("subject"):
        return False
    if isinstance(node, Call) and node.function in condition.functions:
        return False
    return all(_lasts(part, condition) for part in children(node))
