"""What people are told about their account, as rows of the outbox; whoever delivers knows nothing of accounts.

A payload is that of every notification (``template``, ``to``, ``recipient``, ``texts``), with the ``link`` beside the
texts. The link holds a secret that is used once and soon ends; no event, audit row or log has it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from app.identity.identity import Identity
from app.road.commands import new_id
from app.road.road import StoredRoad
from app.road.rows import micro
from app.store.entities import ENTITIES
from app.store.statements import dumped

USERS = ENTITIES["user"]
LANGUAGES = ("en", "ru")
_TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "account-invitation": {
        "en": (
            "Your account at {place}",
            (
                "Hello {name},\n\nan account was made for you. Choose your password here:\n\n{link}\n\n"
                "The link works once, until {until}. If it has ended, ask for another.\n"
            ),
        ),
        "ru": (
            "Ваша учётная запись на {place}",
            (
                "Здравствуйте, {name}!\n\nДля вас создана учётная запись. Задайте пароль:\n\n{link}\n\n"
                "Ссылка сработает один раз, до {until}. Если срок истёк, попросите новую.\n"
            ),
        ),
    },
    "account-reset": {
        "en": (
            "A new password for {place}",
            (
                "Hello {name},\n\nsomebody, probably you, asked for a new password. Choose it here:\n\n{link}\n\n"
                "The link works once, until {until}. If it was not you, do nothing: your password stays as it is.\n"
            ),
        ),
        "ru": (
            "Новый пароль для {place}",
            (
                "Здравствуйте, {name}!\n\nКто-то, вероятно вы, запросил новый пароль. Задайте его здесь:\n\n{link}\n\n"
                "Ссылка сработает один раз, до {until}. Если это были не вы, ничего не делайте: пароль останется прежним.\n"
            ),
        ),
    },
    "account-password-changed": {
        "en": (
            "Your password at {place} was changed",
            (
                "Hello {name},\n\nyour password was changed, and every device was signed out. "
                "If it was not you, ask for a new password at once: {place}\n"
            ),
        ),
        "ru": (
            "Ваш пароль на {place} изменён",
            (
                "Здравствуйте, {name}!\n\nВаш пароль изменён, на всех устройствах выполнен выход. "
                "Если это были не вы, немедленно запросите новый пароль: {place}\n"
            ),
        ),
    },
    "account-token-reuse": {
        "en": (
            "A sign-in at {place} was ended",
            (
                "Hello {name},\n\na token of one of your sign-ins was used twice, which happens when it was copied. "
                "That sign-in was ended. If you do not know why, change your password: {place}\n"
            ),
        ),
        "ru": (
            "Вход на {place} завершён",
            (
                "Здравствуйте, {name}!\n\nТокен одного из ваших входов использован дважды — так бывает, когда его "
                "скопировали. Этот вход завершён. Если вы не знаете причины, смените пароль: {place}\n"
            ),
        ),
    },
}


def link(identity: Identity, road: StoredRoad, user: str, template: str, path: str, secret: str, until: int) -> None:
    """A link with a secret. The secret stands behind the ``#``, which no browser sends to a server or a third party."""
    address = f"{identity.url.rstrip('/')}{path}#{secret}"
    _put(identity, road, user, template, {"link": address, "until": _shown(until)})


def password_changed(identity: Identity, road: StoredRoad, user: str) -> None:
    """The password was changed."""
    _put(identity, road, user, "account-password-changed", {})


def reuse(identity: Identity, road: StoredRoad, user: str) -> None:
    """A refresh token came twice."""
    _put(identity, road, user, "account-token-reuse", {})


def _shown(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _put(identity: Identity, road: StoredRoad, user: str, template: str, facts: dict[str, Any]) -> None:
    query = sa.select(USERS.c.email, USERS.c.name, USERS.c.locale).where(USERS.c.id == user)
    person = road.connection.execute(query).one()
    locale = person.locale if person.locale in LANGUAGES else LANGUAGES[0]
    subject, body = _TEXTS[template][locale]
    said = {"name": person.name or person.email, "place": identity.url, **facts}
    text = {"template": template, "version": 1, "channel": "email", "locale": locale, "html": None}
    text |= {"subject": subject.format(**said), "body": body.format(**said)}
    payload = {"template": template, "to": "user", "recipient": user, "texts": [text]}
    if "link" in facts:
        payload["link"] = facts["link"]
    now = micro(road.now)
    id = new_id()
    road.journal.outbox.append(
        {
            "key": f"{template}/{id}",
            "kind": "notification",
            "root": id,
            "event": id,
            "rule": None,
            "machine": "user",
            "entity": user,
            "payload": dumped(payload),
            "not_before": now,
            "state": "new",
            "lease": None,
            "token": 0,
            "leased_until": None,
            "attempts": 0,
            "problem": None,
            "created_at": now,
            "settled_at": None,
        }
    )
