"""If-Match lists versions, any of which will do (RFC 9110, 13.1.1)."""

from __future__ import annotations

import pytest

from tests.app.web.conftest import Agency
from tests.app.web.test_release_one import a_client


@pytest.mark.parametrize("tags", ['"v9", "v2"', '"v2","v1"', 'W/"v1", "v2"', '"another", "v2"'])
def test_one_of_the_listed_versions_is_enough(house: Agency, tags: str) -> None:
    path = f"/clients/{a_client(house)['id']}"
    house.owner.patch(path, {"name": "Berta"})
    answer = house.owner.send("PATCH", path, {"name": "Clara"}, If_Match=tags)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"v3"')


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ('"v1"', "has changed since you read it: read it again and decide anew."),
        ('"v1", "v9"', "has changed since you read it: read it again and decide anew."),
        (
            '"v9", "v8"',
            "If-Match names no version that was ever handed out: send the ETag that came with what you read.",
        ),
        ('"x"', "If-Match names no version that was ever handed out: send the ETag that came with what you read."),
    ],
)
def test_else_it_is_said_truly_whether_there_was_such_a_version(house: Agency, tags: str, said: str) -> None:
    path = f"/clients/{a_client(house)['id']}"
    house.owner.patch(path, {"name": "Berta"})
    answer = house.owner.send("PATCH", path, {"name": "Clara"}, If_Match=tags)
    assert answer.status_code == 412
    assert answer.get_json()["detail"].endswith(said)
