"""Where the command line keeps checked documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli.options import cache_folder


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"VIREL_CACHE": "off", "XDG_CACHE_HOME": "/there"}, None),
        ({"VIREL_CACHE": "here", "XDG_CACHE_HOME": "/there"}, Path("here")),
        ({"VIREL_CACHE": "", "XDG_CACHE_HOME": "/there"}, Path("/there/virel")),
        ({"XDG_CACHE_HOME": "/there"}, Path("/there/virel")),
        ({"XDG_CACHE_HOME": "not/absolute"}, Path("~/.cache/virel").expanduser()),
        ({}, Path("~/.cache/virel").expanduser()),
    ],
)
def test_the_environment_says_where(environment, place):
    assert cache_folder(environment) == place
