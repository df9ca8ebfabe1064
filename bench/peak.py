"""``python -m bench.peak ARGUMENTS``: runs ``virel ARGUMENTS`` and writes its own peak memory in bytes to stderr.

Not the parent's view of it: what a parent is told of its child's memory includes the parent's own before the start.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from app.cli.main import main


def peak() -> int:
    """The most memory this process has held, in bytes."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes where there is no /proc, as on macOS
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


if __name__ == "__main__":
    try:
        main()
    finally:
        sys.stderr.write(f"\n{peak()}\n")
