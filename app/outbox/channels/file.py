"""Messages as files in a folder, one each: what development and demo stores send."""

from __future__ import annotations

import os
import secrets
from hashlib import sha256
from pathlib import Path

import orjson

from app.outbox.channels.channel import Message, PassingError


class FileChannel:
    """Writes each message to a file named by its key, once; it appears there whole or not at all."""

    name = "file"
    idempotent = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, message: Message) -> None:
        """Writes the file, unless it is there. Raises PassingError where the disk refuses."""
        name = sha256(message.key.encode()).hexdigest()[:32]
        file = self._folder / f"{name}.json"
        said = {"key": message.key, "kind": message.kind, "about": message.about, **message.payload}
        unfinished = self._folder / f".{name}.{secrets.token_hex(4)}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
            try:
                os.link(unfinished, file)
            except FileExistsError:
                return
            finally:
                unfinished.unlink(missing_ok=True)
        except OSError as error:
            raise PassingError(f"{self._folder}: {error.strerror or error}") from error
