"""What the replay's folder lacks: roles that are asked, clocks that run, texts in two languages; and people who move things.

The documents lie beside those of ``documents.write_replay``; the log is its log, in which every twenty-fifth event is a
person's move.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import jinja2
import yaml

from bench.documents import history, write_replay
from bench.domain import instant, machine_document

PEOPLE = 40
EVERY = 25
"""One event in so many is a person's move of the order that it is about."""
MOVES = ("hold", "resume", "resume", "resume", "close")
ROLES_OF = (["DESK"], ["DESK"], ["DESK", "BOOKS"], ["LEAD"])

_OWN = "(has(task.assignee) && task.assignee.id == actor.id) || (has(task.queue) && task.queue in actor.queues)"
_RULES = (
    "tasks.create",
    "tasks.update",
    "exceptions.create",
    "exceptions.assign",
    "notifications.send",
    "orders.update",
    "orders.hold",
    "orders.resume",
    "webhooks.call",
    "timers.start",
)


def _role(id: str, grants: tuple[str, ...]) -> str:
    lines = "".join(f"  - {grant}\n" for grant in grants)
    return f"kind: role\nid: {id}\nversion: 1\ndescription: One of the wholesaler's people.\ngrants:\n{lines}"


_CLOSES = 'permission: orders.close\n    where: order.value < 50000 || order.customer.tier == "basic"'
_READS = ("permission: orders.read\n    hide: [value]", f"permission: tasks.read\n    where: {_OWN}")

DOCUMENTS = {
    "rules/access/DESK.yaml": _role("DESK", (*(f"permission: {name}" for name in _RULES), _CLOSES, *_READS)),
    "rules/access/BOOKS.yaml": _role("BOOKS", ("permission: orders.read", "permission: orders.close")),
    "rules/access/LEAD.yaml": _role(
        "LEAD",
        tuple(f"permission: {name}" for name in (*_RULES, "orders.close", "orders.read", "exceptions.resolve")),
    ),
    "rules/access/READER.yaml": _role("READER", _READS),
    "rules/access/STORE.yaml": _role("STORE", ('permission: orders.read\n    where: order.status != "closed"',)),
    "rules/sla/desk-hours.yaml": """\
kind: calendar
id: desk-hours
version: 1
description: Split days and a short Saturday.
timezone: Europe/Berlin
week:
  mon-fri: ["10:00-14:00", "15:00-19:00"]
  sat: ["11:00-16:00"]
holidays: {country: DE}
""",
    "rules/sla/book-hours.yaml": """\
kind: calendar
id: book-hours
version: 1
description: Weekdays, in another zone.
timezone: Europe/Lisbon
week:
  mon-fri: ["09:00-17:30"]
holidays: {country: PT}
""",
    "rules/sla/resumed-in-time.yaml": """\
kind: sla
id: resumed-in-time
version: 1
description: An order is not held for long, and less long for those who order most.
entity: order
calendar: desk-hours
start: order.status == "held"
stop: order.status == "open"
cancel: order.status == "closed"
targets:
  - {when: order.customer.tier == "vip", within: 1h}
  - {when: order.value > 50000, within: 2h}
  - {within: 8h}
warn_at: 75%
escalation:
  - at: warning
    actions:
      - send_notification: {template: order-waits, to: {queue: desk}}
  - at: breach
    actions:
      - create_task: {title: "{{ order.code }} is held too long", queue: desk, priority: urgent}
  - after: 4h
    repeat: 2
    actions:
      - send_notification: {template: order-waits, to: {role: LEAD}}
acts_as: LEAD
""",
    "rules/sla/closed-in-time.yaml": """\
kind: sla
id: closed-in-time
version: 1
description: An order is closed within days; the clock rests while it is held.
entity: order
calendar: book-hours
start: order.status == "open"
pause: order.status == "held"
stop: order.status == "closed"
again: never
targets:
  - {when: 'order.tier in ["gold", "vip"]', within: 2wd}
  - {within: 4wd}
warn_at: 1wd
escalation:
  - at: breach
    actions:
      - create_exception: {reason: sla_breached, title: "{{ order.code }} is not closed"}
acts_as: LEAD
""",
    "rules/sla/promise-kept.yaml": """\
kind: sla
id: promise-kept
version: 1
description: An order is closed by the day that was promised.
entity: order
start: order.status in live
stop: order.status == "closed"
again: never
targets:
  - {by: order.promised_at}
warn_at: {before: 12h}
escalation:
  - at: breach
    actions:
      - send_notification: {template: order-waits, to: order.customer}
acts_as: DESK
""",
    "rules/sla/settled-in-time.yaml": """\
kind: sla
id: settled-in-time
version: 1
description: An exception is settled within a working day.
entity: exception
calendar: book-hours
start: exception.status in ["open", "regressed"]
stop: exception.status == "resolved"
targets:
  - {when: exception.priority == "urgent", within: 2h}
  - {within: 1wd}
warn_at: 2h
escalation:
  - at: breach
    actions:
      - assign: {entity: exception, role: LEAD}
acts_as: LEAD
""",
    "templates/order-news.yaml": """\
kind: template
id: order-news
version: 1
description: The customer learns what happened to the order.
entity: order
fallback: en
channels:
  email:
    en:
      subject: "News of {{ order.code }}"
      body: |
        Dear {{ order.customer.name }},

        something has happened to your order {{ order.code }} ({{ order.tier }}), which is {{ order.status }}.
        {% if order.value > 1000 %}
        Thank you for an order of {{ order.value }}.
        {% endif %}

        The desk
    ru:
      subject: "Новости заказа {{ order.code }}"
      body: |
        Здравствуйте, {{ order.customer.name }}!

        С вашим заказом {{ order.code }} кое-что произошло.

        Отдел заказов
  sms:
    en: "There are news of {{ order.code }}."
    ru: "Есть новости о заказе {{ order.code }}."
""",
    "templates/order-waits.yaml": """\
kind: template
id: order-waits
version: 1
description: An order waits longer than it may.
entity: order
fallback: en
channels:
  telegram:
    en: "{{ order.code }} of {{ order.customer.name }} waits too long."
    ru: "Заказ {{ order.code }} ({{ order.customer.name }}) ждёт слишком долго."
""",
}


def write_documents(folder: Path, *, draft: bool = False) -> None:
    """The replay's two hundred rules with clocks, roles and templates; in the draft one target is shorter as well."""
    write_replay(folder, draft=draft)
    for path, text in DOCUMENTS.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if draft and path.endswith("resumed-in-time.yaml"):
            text = text.replace("within: 8h", "within: 6h")
        target.write_text(text, encoding="utf-8")
    machine = machine_document()
    for name in ("hold", "resume", "close"):
        machine = machine.replace(
            f"  {name}: {{", f'  {name}: {{guard: \'"DESK" in actor.roles || "LEAD" in actor.roles\', '
        )
    machine = machine.replace("  flag: string?\n", "  flag: string?\n  promised_at: timestamp\n")
    machine = machine.replace("events:\n", "groups:\n  live: [open, held]\nevents:\n")
    (folder / "statemachines/order.yaml").write_text(machine, encoding="utf-8")


def write_events(path: Path, count: int, orders: int) -> None:
    """As ``documents.write_events``, with people's moves among the events and a day by which each order is promised."""
    chance, people = random.Random("replay events"), random.Random("people")
    with path.open("w", encoding="utf-8") as out:
        for number, event in enumerate(history(chance, orders)):
            if number == count:
                break
            head: dict[str, Any] = {"specversion": "1.0", "id": f"e-{number:07}", "source": "bench"}
            head["time"] = instant(number * 5)
            if event["type"] == "order.created":
                event["data"]["promised_at"] = instant(number * 5 + people.randrange(3_600, 20 * 86_400))
            elif event["type"].startswith("order.") and number % EVERY == 0:
                event |= {"type": "order.status_changed", "data": {"transition": people.choice(MOVES)}}
                person = people.randrange(PEOPLE)
                head["actor"] = {"id": f"us_{person:02}", "roles": ROLES_OF[person % len(ROLES_OF)], "queues": ["desk"]}
            out.write(json.dumps(head | event, separators=(",", ":")) + "\n")


class ByHand:
    """The same extra work by hand: who may make a move, and as many messages, beside ``json.loads`` of every line.

    It keeps of an order what the question asks for, and renders with plain Jinja2 the text that is sent most.
    """

    def __init__(self, messages: int) -> None:
        self._messages = messages
        mail = yaml.safe_load(DOCUMENTS["templates/order-news.yaml"])["channels"]["email"]["en"]
        environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
        self._subject, self._body = (environment.from_string(mail[part]) for part in ("subject", "body"))

    def run(self, log: Path) -> tuple[int, int]:
        """How many moves were asked about, and how many are allowed."""
        asked = allowed = 0
        orders: dict[str, dict[str, Any]] = {}
        customers: dict[str, dict[str, Any]] = {}
        order: dict[str, Any] = {}
        with log.open("rb") as lines:
            for line in lines:
                event = json.loads(line)
                kind, data = event["type"], event["data"]
                if kind == "customer.created":
                    customers[event["subject"]] = data
                elif kind == "order.created":
                    order = orders[event["subject"]] = {
                        **data,
                        "status": "open",
                        "customer": customers[data["customer"]],
                    }
                elif kind == "order.status_changed":
                    asked += 1
                    allowed += _may(event["actor"]["roles"], data["transition"], orders[event["subject"]])
        for _ in range(self._messages):
            self._subject.render(order=order), self._body.render(order=order)
        return asked, allowed


def _may(roles: list[str], move: str, order: dict[str, Any]) -> bool:
    for role in roles:
        if role == "LEAD" or (role == "BOOKS" and move == "close"):
            return True
        if role == "DESK" and (move != "close" or order["value"] < 50_000 or order["customer"]["tier"] == "basic"):
            return True
    return False
