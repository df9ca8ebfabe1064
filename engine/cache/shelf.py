"""Where kept catalogs lie: files that their owner alone may write, taken up whole and unharmed or not at all."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from tempfile import mkstemp

MAGIC = b"virel catalog\n"
MOST = 32
"""How many catalogs are kept; those unused for longest go first."""

_OWN = re.compile(r"[0-9a-f]{64}|\.[0-9a-f]{64}\..*")
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class Shelf:
    """The kept catalogs in one folder, by key. Nothing here raises for the state of the file system."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> bytes | None:
        """What is kept under a key; None also where the file is another's, or harmed, or not what its name says."""
        path = self._folder / key
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        except OSError:
            return None
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & _OTHERS_WRITE:
                return None
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                content = stream.read()
            os.utime(descriptor)  # it was of use
        except OSError:
            return None
        finally:
            os.close(descriptor)
        head = len(MAGIC) + 32
        return content[head:] if content[:head] == _head(key, content[head:]) else None

    def put(self, key: str, content: bytes) -> None:
        """Keeps something under a key. Where it cannot be written, it is made anew the next time."""
        temporary: Path | None = None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = mkstemp(prefix=f".{key}.", dir=self._folder)  # for its owner's eyes alone
            temporary = Path(name)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(_head(key, content) + content)
            temporary.replace(self._folder / key)
            temporary = None
            self._tidy()
        except OSError:
            return
        finally:
            if temporary is not None:
                _remove(temporary)

    def _tidy(self) -> None:
        """Removes the files that were unused for longest; of files that are not its own it knows nothing."""
        with os.scandir(self._folder) as entries:
            own = [(e.stat(follow_symlinks=False).st_mtime, e.path) for e in entries if _OWN.fullmatch(e.name)]
        for _, path in sorted(own)[:-MOST]:
            _remove(Path(path))


def _head(key: str, content: bytes) -> bytes:
    return MAGIC + blake2b(key.encode() + content, digest_size=32).digest()


def _remove(path: Path) -> None:
    with suppress(OSError):  # another process was quicker
        path.unlink()
