from __future__ import annotations

from pathlib import Path

import pytest

from engine.catalog import Catalog, load


@pytest.fixture(scope="session")
def documents(root: Path) -> Catalog:
    """The agency's own documents."""
    return load(root)
