"""The description is true: whatever it lets a caller send is answered as it says, and what it does not let them send too.

``VIREL_FUZZ`` says how many cases each kind of store is asked, by default 750.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.identity import refresh_tokens
from app.identity.demo import PASSWORD
from app.identity.sign_in import Origin
from tests.app.web.conftest import Agency
from tests.app.web.population import Population, populated

CASES = int(os.environ.get("VIREL_FUZZ", "750"))
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
PEOPLE = ("owner", "operator")
POLICIES = ("first-response", "inquiry-decision", "option-in-time", "deposit-in-time", "exception-settled")
RELATIONS = {"assignee": "user", "user": "user"}


@dataclass
class Fuzzer:
    """Sends cases as one of several people, who sign in anew when what was sent has signed them out."""

    house: Agency
    population: Population
    tokens: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[tuple[str, int, str], str] = field(default_factory=dict)

    def token(self, name: str) -> str:
        if name not in self.tokens:
            origin = Origin("198.51.100.1", None, None)  # an address of its own: guesses at the door slow others down
            identity = self.house.platform.identity
            self.tokens[name] = refresh_tokens.begin(identity, f"{name}@demo.virel", PASSWORD, origin).access
        return self.tokens[name]

    def send(self, case: Case, name: str, choices: list[int]) -> None:
        self._place(case, iter(choices))
        response = case.call(headers={"Authorization": f"Bearer {self.token(name)}"})
        if response.status_code == 401:
            self.tokens.pop(name)
            response = case.call(headers={"Authorization": f"Bearer {self.token(name)}"})
        self.statuses[response.status_code] += 1
        command = response.headers.get("virel-undo")
        if command:
            self.commands.append(command[0])
        label = case.operation.label
        for check in CHECKS:
            try:
                case.validate_response(response, checks=[check])
            except* Exception as failures:  # noqa: BLE001 - whatever a check says is told below
                told = "; ".join(str(one) for one in failures.exceptions)
                key = (label, response.status_code, check.__name__)
                self.faults.setdefault(key, f"{name}: {case.body!r:.300} {told:.1500}")

    def _place(self, case: Case, choices: Iterator[int]) -> None:
        """Has a case speak of what there is, three times of four."""
        pool = self.population.ids
        kind = self.population.kind_of(case.operation.path)
        parameters = case.path_parameters
        if parameters and "id" in parameters and kind is not None and next(choices) % 4:
            parameters["id"] = pool[kind][next(choices) % len(pool[kind])]
        if parameters and "media_id" in parameters and next(choices) % 4:
            parameters["media_id"] = pool["media"][next(choices) % len(pool["media"])]
        if parameters and "policy" in parameters and next(choices) % 4:
            parameters["policy"] = POLICIES[next(choices) % len(POLICIES)]
        if case.headers and "If-Match" in case.headers and next(choices) % 4:
            case.headers["If-Match"] = "*"
        if case.query and "entity_id" in case.query and next(choices) % 4:
            machine = sorted(pool)[next(choices) % len(pool)]
            case.query.update(entity_type=machine, entity_id=pool[machine][next(choices) % len(pool[machine])])
        if not isinstance(case.body, dict):
            return
        for member, value in case.body.items():
            machine = RELATIONS.get(member, member)
            if machine in pool and isinstance(value, str) and next(choices) % 4:
                case.body[member] = pool[machine][next(choices) % len(pool[machine])]
        if "command" in case.body and self.commands and next(choices) % 2:
            case.body["command"] = self.commands[next(choices) % len(self.commands)]


@pytest.fixture(scope="module")
def fuzzer(lasting: Agency) -> Fuzzer:
    return Fuzzer(lasting, populated(lasting))


def test_every_answer_is_one_that_the_description_knows(fuzzer: Fuzzer) -> None:
    warnings.simplefilter("ignore")  # of what schemathesis is built on
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", fuzzer.house.http.application)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    each = -(-CASES // len(operations))
    for operation in operations:
        modes = [
            operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        ]
        choices = st.lists(st.integers(0, 255), min_size=16, max_size=16)

        @given(case=st.one_of(modes), name=st.sampled_from(PEOPLE), choices=choices)
        @settings(
            max_examples=each,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def sent(case: Case, name: str, choices: list[int]) -> None:
            fuzzer.send(case, name, choices)

        sent()
    assert sum(fuzzer.statuses.values()) >= CASES
    assert {200, 201, 204, 403, 404, 409, 412, 422, 428} <= set(fuzzer.statuses), "the cases do not reach deep enough"
    told = "\n\n".join(f"{where} {status} {check}: {what}" for (where, status, check), what in fuzzer.faults.items())
    assert not fuzzer.faults, told
