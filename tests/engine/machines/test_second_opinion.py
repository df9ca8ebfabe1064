"""The simulation and the `transitions` library walk the same machines and must stand in the same state at every step."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest
import transitions
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog import build
from engine.conditions.values import Timestamp
from engine.events.envelope import WireEvent
from engine.reading.documents import Document
from engine.reading.read import read_text
from engine.reading.source import Source
from engine.simulation.ledger import Ledger
from engine.simulation.simulation import Simulation

logging.getLogger("transitions").setLevel(logging.ERROR)
START = Timestamp.parse("2026-01-01T00:00:00Z")
MINUTE = 60_000_000_000


@st.composite
def machines(draw: st.DrawFn) -> dict[str, Any]:
    """A machine's document: up to six states, some final, and up to eight moves, some from everywhere."""
    states = [f"s{number}" for number in range(draw(st.integers(2, 6)))]
    final = draw(st.sets(st.sampled_from(states[1:]), max_size=2))
    moves: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 8))):
        sources = draw(st.one_of(st.just("*"), st.lists(st.sampled_from(states), min_size=1, unique=True)))
        moves[f"t{number}"] = {"from": sources, "to": draw(st.sampled_from(states))}
    return {
        "kind": "machine",
        "id": "thing",
        "version": 1,
        "description": "A made-up machine.",
        "initial": states[0],
        "states": {name: {"final": True} if name in final else {} for name in states},
        "transitions": moves,
    }


def library_machine(document: dict[str, Any]) -> transitions.Machine:
    states: dict[str, dict[str, Any]] = document["states"]
    moves: dict[str, dict[str, Any]] = document["transitions"]
    machine = transitions.Machine(
        model=SimpleNamespace(), states=list(states), initial=document["initial"], auto_transitions=False
    )
    for name, move in moves.items():
        target = move["to"]
        sources = move["from"]
        if sources == "*":  # every state but final ones and the target itself
            sources = [state for state, keys in states.items() if not keys.get("final") and state != target]
        if sources:
            machine.add_transition(name, sources, target)
    return machine


@given(machines(), st.data())
def test_the_library_agrees_about_every_move(document: dict[str, Any], data: st.DataObject):
    text = yaml.safe_dump(document, sort_keys=False)
    source = Source("statemachines/thing.yaml", text)
    root = read_text(source, lambda problem: pytest.fail(str(problem)))
    catalog = build([Document("machine", "thing", 1, "A made-up machine.", source, root, ())])
    simulation = Simulation(catalog, Ledger())
    model = library_machine(document).models[0]
    simulation.take(WireEvent(id="e0", type="thing.created", subject="x", time=START))
    names = sorted(document["transitions"])
    walk = data.draw(st.lists(st.sampled_from(names), max_size=12))
    for step, name in enumerate(walk, start=1):
        target = document["transitions"][name]["to"]
        may = getattr(model, f"may_{name}", lambda: False)()
        outcome = simulation.take(
            WireEvent(
                id=f"e{step}",
                type="thing.status_changed",
                subject="x",
                time=Timestamp(START + step * MINUTE),
                data={"transition": name, "to": target},
            )
        )
        if may:
            getattr(model, name)()
        assert outcome.result == ("applied" if may else "diverged"), name
        assert simulation.world.tables["thing"]["x"]["status"] == model.state
