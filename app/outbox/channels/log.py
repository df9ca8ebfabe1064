"""Messages as lines of the log: what a developer reads on the console."""

from __future__ import annotations

import logging

import orjson

from app.outbox.channels.channel import Message

LOG = logging.getLogger("virel.outbox")


class LogChannel:
    """Logs each message. A line that was written when the process died is written again."""

    name = "log"
    idempotent = False

    def deliver(self, message: Message) -> None:
        """Writes the line."""
        LOG.info("%s %s %s", message.kind, message.key, orjson.dumps(dict(message.payload)).decode())
