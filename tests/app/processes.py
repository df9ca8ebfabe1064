"""Real processes for tests of races and crashes. They are forked, so that none builds the catalog anew."""

from __future__ import annotations

import multiprocessing
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from multiprocessing.context import ForkProcess
from pathlib import Path

from app.bootstrap import Platform, bootstrap
from app.clock import Clock, SteppedClock
from app.settings import Settings
from engine.catalog import Catalog
from engine.conditions.values import Timestamp

NOON = Timestamp.parse("2026-03-02T12:00:00Z")


def settings_for(url: str, folder: Path) -> Settings:
    """Settings of a store under test."""
    return Settings("development", folder, url, "s" * 40, (), None, "http://127.0.0.1:8000", 15, 0)


def reopened(url: str, folder: Path, agency: Catalog, clock: Clock | None = None) -> Platform:
    """A platform of one's own over a store whose first release is the agency's."""
    platform = bootstrap(settings_for(url, folder), clock or SteppedClock(NOON))
    platform.releases._catalogs[1] = agency
    return platform


def started(job: Callable[[], None]) -> ForkProcess:
    """A process that does a job and nothing else: it leaves without the clean-up of the tests that it was forked from."""

    def run() -> None:
        status = 1
        try:
            job()
            status = 0
        except BaseException:  # noqa: BLE001 - told here, and by the exit status
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # no thread of the tests holds a lock that a child needs
        process = multiprocessing.get_context("fork").Process(target=run)
        process.start()
    return process


def in_processes(jobs: Sequence[Callable[[], None]], seconds: float = 120) -> None:
    """Does every job in a process of its own, all at once; each must end well."""
    running = [started(job) for job in jobs]
    for one in running:
        one.join(seconds)
    left = [one for one in running if one.is_alive()]
    for one in left:
        one.kill()
    assert not left, "a process did not end"
    assert [one.exitcode for one in running] == [0] * len(running)
