"""What a kept catalog is known by: everything that it was made from."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from pathlib import Path

import engine
from engine.reading.folder import File


def key_of(files: Iterable[File]) -> str | None:
    """The key of what these files decide, 64 hexadecimal digits; None where one of them cannot be read.

    It covers every file's name and text, the engine's own source, Python, and what is installed beside it.
    """
    made_by = _engine()
    if made_by is None:
        return None
    digest = blake2b(made_by, digest_size=32)
    for file in files:
        if file.problem is not None:
            return None
        for part in (file.source.file.encode(), file.source.text.encode()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


@cache
def _engine() -> bytes | None:
    """The fingerprint of everything that turns text into a catalog; None where its source cannot be read."""
    digest = blake2b(f"{sys.version} {sys.implementation.cache_tag} {sys.flags.optimize}".encode())
    try:
        paths = sysconfig.get_paths()
        for folder in sorted({paths["purelib"], paths["platlib"]}):
            # The folders of metadata bear names and versions.
            installed = sorted(path.name for path in Path(folder).iterdir() if path.suffix == ".dist-info")
            digest.update("\n".join(installed).encode())
        base = Path(engine.__path__[0])
        for path in sorted(base.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                content = path.read_bytes()
                digest.update(f"{path.relative_to(base).as_posix()} {len(content)}\n".encode())
                digest.update(content)
    except OSError:
        return None
    return digest.digest()
