"""What every test may ask for: the shared data beside the checkout, and how hard to search."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

os.environ["VIREL_CACHE"] = "off"  # commands under test leave the user's own cache alone, and find nothing in it

# `HYPOTHESIS_PROFILE=thorough make test` searches long; CI always tries the same examples and says how to repeat one.
_slow_machine = [HealthCheck.too_slow]
settings.register_profile("default", deadline=None, suppress_health_check=_slow_machine)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True, suppress_health_check=_slow_machine)
settings.register_profile("thorough", deadline=None, max_examples=5_000, suppress_health_check=_slow_machine)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real logs and conformance cases beside the checkout; tests that need it skip without it."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("needs the shared data folder (../shared), which is not part of the repository")
    return folder
