"""Loading a folder by way of its cache."""

from __future__ import annotations

from pathlib import Path

from engine import catalog as catalogs
from engine.automation.actions import ACTIONS
from engine.cache.key import key_of
from engine.cache.restored import restored
from engine.cache.shelf import Shelf
from engine.cache.written import written
from engine.catalog import Catalog
from engine.collector import collector_paused
from engine.reading.folder import documents_of, read_files


def load(directory: Path | str, cache: Path | None) -> Catalog:
    """The catalog of a folder, as ``engine.catalog.load`` gives it; ``cache`` is the folder of kept catalogs.

    A catalog is kept when nothing in it is an error, and taken up again while not one byte of what it was made from
    has changed. Raises ``FolderError`` when there is no folder or no document in it.
    """
    with collector_paused():
        files = read_files(directory)
        key = key_of(files) if cache is not None else None
        if cache is None or key is None:
            return catalogs.build(documents_of(files, ACTIONS))
        shelf = Shelf(cache)
        content = shelf.get(key)
        found = restored(files, content) if content is not None else None
        if found is None:
            found = catalogs.build(documents_of(files, ACTIONS))
            content = written(found)
            if content is not None:
                shelf.put(key, content)
        return found
