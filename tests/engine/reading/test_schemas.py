"""The schemas: sound by the standard, strict, described for editors, and one verdict with the reference validator."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from engine.reading import Source, read_document, read_folder, read_text, validate
from engine.reading.kinds import FOLDERS, KINDS
from engine.reading.schemas import schema, validator
from engine.reading.shape import instance

ROOT = Path(__file__).resolve().parents[3]
SCHEMAS = ROOT / "engine" / "reading" / "schemas"
CASES = ROOT / "tests" / "cases" / "broken"

FOLDERS_OF_OURS = sorted(
    {path.parent for path in ROOT.glob("**/statemachines") if not {".venv", "build", "var", "out"} & set(path.parts)}
)
"""Every configuration folder in the repository."""

MAPPINGS = sorted([*ROOT.glob("examples/*/import.yaml"), *ROOT.glob("tests/cases/importing/*/import.yaml")])

EXAMPLES = {
    "rule": """\
kind: rule
id: r
version: 1
description: Everything a rule can say.
trigger: {schedule: {cron: "0 9 * * *", timezone: Europe/Berlin, for_each: booking, where: "true", missed: all}}
condition: {all: [booking.code != "", {any: ["true"], none: ["false"]}]}
acts_as: OPS
run: {mode: throttle, every: 1h30m, key: booking.id}
on_change: finish
stage: shadow
order: -3
backstop: true
actions:
  - create_task: {title: T, queue: q, assignee: a, priority: low, due: {within: 2wd, calendar: c}, sla: s}
    after: 10m
    if: booking.code != ""
    for_each: booking.options
    recheck: false
  - create_exception: {reason: r, priority: urgent, title: t}
  - update_status: {entity: booking, to: confirmed, with: {reason: x}}
  - set_field: {entity: booking, field: f, value: {amount: 1, currency: EUR}}
  - set_field: {entity: booking, field: f, expression: booking.guests + 1}
  - assign: {entity: booking, queue: q}
  - send_notification: {template: t, to: {role: OPS}}
  - call_webhook: {endpoint: e, data: {a: [1]}}
  - start_timer: {name: n, after: 90s}
  - cancel_timers: {name: n}
""",
    "machine": """\
kind: machine
id: booking
version: 5
plural: bookings
description: Everything a machine can say.
fields:
  code: string
  kinds: {list: {enum: [a, b]}, optional: true}
  notes: string?
relations:
  client: client
  inquiry: {to: inquiry, optional: true}
initial: draft
states:
  draft:
  "Accepted/In Progress": {blocks: firm, label: At work}
  done: {final: true}
transitions:
  go: {from: [draft], to: "Accepted/In Progress", permission: bookings.go, requires: [reason], description: Goes.}
  end: {from: "*", to: done, guard: {any: [booking.code != ""]}}
groups:
  open: [draft]
events:
  booking.moved: {data: {from: timestamp, to: "timestamp?"}}
  booking.ended: {transition: end}
  booking.seen: {}
""",
    "role": """\
kind: role
id: OPERATOR
version: 2
description: Everything a role can say.
grants:
  - permission: tasks.read
    where: {any: ["true"]}
    hide: [total]
  - permission: bookings.update
    fields: [notes]
""",
    "calendar": """\
kind: calendar
id: hours
version: 1
description: Everything a calendar can say.
timezone: Europe/Berlin
week:
  mon-fri: ["10:00-14:00", "22:00-02:00", "15:00-24:00"]
  sat: []
holidays:
  country: DE
  dates: ["2026-12-24", 2026-12-25, {date: "2026-12-31", hours: ["10:00-14:00"]}, {date: "2026-12-30", hours: []}]
""",
    "sla": """\
kind: sla
id: first
version: 2
description: Everything a policy can say.
entity: inquiry
calendar: hours
start: inquiry.status == "new"
pause: inquiry.status == "waiting"
stop: {any: [inquiry.status == "answered"]}
cancel: inquiry.status == "lost"
again: never
targets:
  - {when: inquiry.vip, within: 30m, calendar: other}
  - {by: permit.deadline}
  - {within: 2wd}
warn_at: {before: 168h}
escalation:
  - at: warning
    actions:
      - send_notification: {template: t, to: inquiry.assignee}
  - after: 1h
    repeat: 3
    actions:
      - assign: {entity: inquiry, role: OPS}
acts_as: OPS
""",
    "matching": """\
kind: matching
id: fit
version: 1
description: Everything a matching can say.
for: inquiry
candidates: model
must:
  - {if: model.status == "active", else: Not represented now}
prefer:
  - {score: 30, if: model.category == inquiry.category, because: Right category}
  - {score: "model.rating * 4", because: Rating}
limit: 20
""",
    "template": """\
kind: template
id: hello
version: 1
description: Everything a template can say.
entity: booking
fallback: en
channels:
  email:
    en: {subject: "Hello {{ booking.code }}", body: "…"}
    no: {subject: Hei, body: "…"}
  sms: {en: "…", pt-BR: "…"}
  telegram: {en: "…"}
  in_app: {en: "…"}
""",
    "scenario": """\
kind: scenario
id: story
version: 1
description: Everything a scenario can say.
at: 2026-03-27T10:00:00Z
defaults:
  booking: {code: B}
given:
  - {entity: client, id: cl_1, tier: vip}
steps:
  - event: payment.succeeded
    subject: pay_1
    data: {purpose: deposit}
    set: {paid: true}
    actor: {id: u1, roles: [OPS], queues: [q]}
    expect:
      - create_task
      - update_status: {entity: booking, to: confirmed}
        times: 1
        shadow: true
      - {entity: {id: bk_1, status: confirmed}}
      - {booking: {id: bk_1, status: confirmed}}
      - {sla: {policy: first, id: i1, state: pending, paused: true}}
      - {refused: cancel}
      - {rule: r, verdict: errored}
      - {access: {role: OPS, permission: bookings.read, id: bk_1, decision: allowed}}
    expect_not: [create_exception]
  - advance: 10m
""",
    "import": """\
entities:
  - entity: application
    where: row["concept:name"].startsWith("A_")
    case: "case:concept:name"
    state: "concept:name"
    fields: {amount: {column: AMOUNT_REQ, currency: EUR, unit: major}, activity: {}}
  - entity: workitem
    case: {columns: ["case:concept:name", "concept:name"], join: ":"}
    state: "lifecycle:transition"
    relations: {application: "case:concept:name"}
time: {column: "time:timestamp", format: iso, timezone: Europe/Amsterdam, repeated_hour: file_order}
actor: "org:resource"
missing: ["?", ""]
blank: clear
labels: {ended_at: {column: "case:enddate", format: iso}}
""",
}


@cache
def reference(kind: str) -> jsonschema.Draft202012Validator:
    registry: Registry[Any] = Registry().with_resources(
        (file.name, Resource.from_contents(json.loads(file.read_text("utf-8")))) for file in SCHEMAS.glob("*.json")
    )
    return jsonschema.Draft202012Validator({"$ref": f"{kind}.json"}, registry=registry)


def objects(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from objects(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from objects(value, f"{path}/{index}")


def said(kind: str, text: str) -> Any:
    root = read_text(Source("x.yaml", text), lambda diagnostic: pytest.fail(diagnostic.message))
    assert root is not None
    return instance(root)


def test_every_kind_has_its_schema_and_nothing_else_has():
    assert {file.stem for file in SCHEMAS.iterdir()} == {*KINDS, "import", "parts"}
    assert (ROOT / "docs" / "schemas").resolve() == SCHEMAS


@pytest.mark.parametrize("file", sorted(SCHEMAS.glob("*.json")), ids=lambda file: file.stem)
def test_a_schema_is_one_by_the_standard(file: Path):
    jsonschema.Draft202012Validator.check_schema(schema(file.name))


@pytest.mark.parametrize("file", sorted(SCHEMAS.glob("*.json")), ids=lambda file: file.stem)
def test_a_schema_is_strict_and_described(file: Path):
    for path, node in objects(schema(file.name)):
        for key, value in node.get("properties", {}).items() if isinstance(node.get("properties"), dict) else ():
            if path.endswith("/properties"):
                continue
            target = schema("parts.json")["$defs"].get(value.get("$ref", "").rpartition("/")[2], {})
            own = schema(file.name).get("$defs", {}).get(value.get("$ref", "").rpartition("/")[2], {})
            assert "description" in {**target, **own, **value}, f"{file.name}{path}/{key} says nothing to an editor"
        if node.get("type") == "object" and "properties" in node and not path.endswith(OPEN):
            assert "additionalProperties" in node, f"{file.name}{path} takes any key"


OPEN = ("/given/items",)
"""Where any further key is a field of the entity."""


@pytest.mark.parametrize("kind", EXAMPLES)
def test_everything_a_document_can_say_is_accepted(kind: str):
    source = Source("x.yaml", EXAMPLES[kind])
    root = read_text(source, lambda diagnostic: pytest.fail(diagnostic.message))
    assert root is not None
    assert validate(kind, root, source) == []
    assert reference(kind).is_valid(instance(root))


def test_one_entity_may_be_imported_without_a_list():
    text = "entity: ticket\ncase: id\nstate: status\ntime: when\nfields: {topic: {}}\n"
    assert validator("import").is_valid(said("import", text))


@pytest.mark.parametrize("folder", FOLDERS_OF_OURS, ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_the_reference_accepts_our_own_documents(folder: Path):
    for document in read_folder(folder):
        assert document.root is not None, document.diagnostics
        assert reference(document.kind).is_valid(instance(document.root))


@pytest.mark.parametrize("file", MAPPINGS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_the_reference_accepts_our_own_import_mappings(file: Path):
    document = read_document(file, file.name, "import")
    assert document.diagnostics == ()
    assert document.root is not None
    assert reference("import").is_valid(instance(document.root))


@pytest.mark.parametrize("case", sorted(CASES.glob("*/*.txt")), ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_the_reference_has_the_same_verdict_on_broken_documents(case: Path):
    for part in case.read_text("utf-8").split("\n=== ")[1:]:
        file, _, text = part.partition("\n")
        root = read_text(Source(file, text), lambda _: None)
        kinds = next((kinds for folder, kinds in FOLDERS.items() if file.startswith(folder)), ())
        if root is None:
            continue
        document = instance(root)
        for kind in kinds:
            assert validator(kind).is_valid(document) == reference(kind).is_valid(document)


def damaged(value: Any, chance: random.Random) -> Any:
    """A copy with one place changed."""
    value = copy.deepcopy(value)
    places: list[tuple[Any, Any]] = []

    def collect(node: Any) -> None:
        for key in node if isinstance(node, dict) else range(len(node)):
            places.append((node, key))
            if isinstance(node[key], (dict, list)):
                collect(node[key])

    collect(value)
    holder, key = chance.choice(places)
    what = chance.randrange(4)
    if what == 0:
        holder[key] = chance.choice([None, True, 0, -1, 0.5, "", "x", "1h", [], ["x"], {}, {"all": ["x"]}])
    elif what == 1:
        del holder[key]
    elif isinstance(holder, dict):
        holder[chance.choice(["x", "all", "title", "to", "event", "id", "within"])] = holder[key]
    else:
        holder.append(chance.choice(["x", 1, {}]))
    return value


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_reference_has_the_same_verdict_on_damaged_documents(kind: str):
    chance = random.Random(kind)
    sound = said(kind, EXAMPLES[kind])
    ours, theirs = validator(kind), reference(kind)
    refused = 0
    for _ in range(150):
        document = damaged(sound, chance)
        verdict = ours.is_valid(document)
        assert verdict == theirs.is_valid(document), document
        refused += not verdict
    assert 0 < refused < 150
