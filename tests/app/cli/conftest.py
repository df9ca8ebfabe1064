"""The command line as a person meets it: words in; exit status and two streams out."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from app.cli.main import main
from tests.app.cli.answers import Said, Virel

CASES = Path(__file__).parents[2] / "cases" / "backtest"


@pytest.fixture
def virel(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Virel:
    """Runs ``virel`` with these words; ``stdin`` is what is typed."""

    def run(*words: object, stdin: bytes = b"") -> Said:
        monkeypatch.setattr(sys, "argv", ["virel", *(str(word) for word in words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        assert "Traceback" not in said.err
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def base() -> Path:
    """A bicycle workshop: its documents hold no mistake."""
    return CASES / "base"


@pytest.fixture(scope="session")
def log() -> Path:
    """The workshop's fortnight, 47 root events."""
    return CASES / "base.jsonl"
