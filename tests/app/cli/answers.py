"""What a command of the command line answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        assert self.out.endswith("\n")
        assert self.out.count("\n") == 1, "JSON is one line"
        return json.loads(self.out)


Virel = Callable[..., Said]
