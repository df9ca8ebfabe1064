"""A content manager's pictures: several sent at once, put in order by keys and by hand, taken away and put back."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from tests.app.servers import wait_for
from tests.app.web.journeys.conftest import Served, Visiting, settled
from tests.app.web.population import RATE

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page


def order(served: Served, model: str) -> list[str]:
    return [one["id"] for one in served.house.owner.get(f"/models/{model}/media")["items"]]


def shown(page: Page) -> list[str]:
    return [one.removeprefix("pic-") for one in page.locator(".tile").evaluate_all("all => all.map(one => one.id)")]


def jpeg(colour: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 50), colour).save(content, "JPEG")
    return content.getvalue()


def sent(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def test_pictures_are_sent_ordered_and_taken_away(visit: Visiting, served: Served):
    visit.forgive("status of (415|409|422)")
    model = served.ids["model"][2]
    page = visit("content", f"/models/{model}")
    files = [sent(f"{colour}.jpg", jpeg(colour)) for colour in ("red", "green", "blue")]
    broken = sent("letter.jpg", b"no picture at all")
    page.locator("[data-files]").set_input_files([files[0], broken, *files[1:], files[0]])
    page.locator("#uploads .why").nth(1).wait_for()
    assert page.locator("#uploads .done").count() == 3
    refused = page.locator("#uploads .why").all_inner_texts()
    assert "JPEG" in refused[0]
    assert refused[1] == "The model has this picture already."
    first, second, third = order(served, model)
    assert shown(page) == [first, second, third]

    page.locator(f"#pic-{first} [data-grab]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator("#pic-said").inner_text() == "Place 3 of 3."
    page.keyboard.press("Escape")
    assert shown(page) == [first, second, third]
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_text("Picture put down at place 2 of 3.").wait_for(state="attached")
    page.wait_for_function("id => document.activeElement.closest('.tile')?.id === `pic-${id}`", arg=first)
    assert order(served, model) == shown(page) == [second, first, third]

    page.locator(f"#pic-{third} figure").hover()
    page.mouse.down()
    page.locator(f"#pic-{second} figure").hover()
    page.mouse.up()
    page.get_by_text("Picture put down at place 1 of 3.").wait_for(state="attached")
    assert order(served, model) == [third, second, first]

    page.locator(f"#pic-{second} [data-cover]").click()
    page.locator(f"#pic-{second}.cover").wait_for()
    page.locator(f"#alt-{second}").fill("At the sea")
    page.keyboard.press("Tab")
    page.get_by_role("img", name="At the sea").wait_for()

    page.locator(f"#pic-{first} [data-remove]").click()
    page.locator(f"#pic-{first} [data-put-back]").click()
    assert order(served, model) == [third, second, first]
    page.locator(f"#pic-{first} [data-remove]").click()
    page.goto("/models")  # leaving the page takes it away at once
    page.locator(f"#rec-{model} img").or_(page.locator(".comps")).first.wait_for()
    wait_for(lambda: order(served, model) == [third, second], "it is taken away")


def test_pictures_that_are_chosen_while_others_are_sent_come_after_them(visit: Visiting, served: Served):
    visit.forgive("status of 409")
    values = {"name": "Twice chosen", "category": "runway", "home_city": "Berlin", "day_rate": RATE}
    model = served.house.owner.post("/models", values)["id"]
    page = visit("content", f"/models/{model}")
    settled(page)
    colours = ["red", "green", "blue", "black", "white"]
    files = [sent(f"{colour}.jpg", jpeg(colour)) for colour in colours]
    page.locator("[data-files]").set_input_files(files[:3])
    page.locator("[data-files]").set_input_files([files[3], files[0], files[4]])
    page.locator("#uploads .done").nth(4).wait_for()
    assert page.locator("#uploads li").evaluate_all("all => all.map(one => one.children[0].textContent)") == [
        f"{colour}.jpg" for colour in ("red", "green", "blue", "black", "red", "white")
    ]
    assert page.locator("#uploads progress:visible").count() == 0
    assert page.locator("#uploads li:has(.why)").all_inner_texts() == ["red.jpg\nThe model has this picture already."]
    assert len(order(served, model)) == len(shown(page)) == 5


def test_an_owner_looks_as_an_operator_and_leaves(visit: Visiting, served: Served):
    visit.forgive("status of 403")
    page = visit("owner", "/people/roles")
    page.locator("#role-OPERATOR").get_by_role("button").click()
    page.wait_for_url("**/")
    page.locator("#looking").wait_for()
    page.goto(f"/models/{served.ids['model'][0]}")
    assert page.get_by_text("Day rate").count() == 0
    page.get_by_role("button", name="Leave the preview").click()
    page.wait_for_url("**/people/roles")
    assert page.locator("#looking").count() == 0


def test_pictures_that_met_no_connection_are_kept_and_sent_again_by_one_press(visit: Visiting, served: Served):
    visit.forgive("ERR_FAILED|ERR_INTERNET_DISCONNECTED")
    model = served.ids["model"][2]
    page = visit("content", f"/models/{model}")
    settled(page)
    before = len(order(served, model))
    page.route("**/media", lambda route: route.abort())
    files = [sent(f"{colour}.jpg", jpeg(colour)) for colour in ("orange", "purple")]
    page.locator("[data-files]").set_input_files(files)
    page.locator("#uploads .why").nth(1).wait_for()
    assert set(page.locator("#uploads .why").all_inner_texts()) == {"Not uploaded: there is no connection."}
    again = page.get_by_role("button", name="Send again")
    again.click()
    page.locator("#uploads .why").nth(1).wait_for()
    assert page.locator("#uploads li").count() == 2
    page.unroute("**/media")
    again.click()
    page.locator("#uploads .done").nth(1).wait_for()
    assert page.locator("#uploads li").count() == 2
    assert not again.is_visible()
    assert len(order(served, model)) == before + 2
