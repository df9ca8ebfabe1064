"""What the product is accepted by, as a journey: pictures are sent, and put in order by hand or by keys."""

from __future__ import annotations

from tests.app.web.journeys.conftest import Served, Visiting
from tests.app.web.journeys.hands import WAYS, Hands
from tests.app.web.journeys.test_pictures import jpeg, order, sent, shown
from tests.app.web.population import RATE


@WAYS
def test_pictures_are_sent_and_put_in_order(visit: Visiting, served: Served, mouse: bool, locale: str):
    values = {"name": f"Pictured {mouse} {locale}", "category": "runway", "home_city": "Berlin", "day_rate": RATE}
    model = served.house.owner.post("/models", values)["id"]
    page = visit("content", f"/models/{model}", locale=locale)
    hands = Hands(page, mouse)
    with page.expect_file_chooser() as chooser:
        hands.do("label[for=pick-files]") if mouse else hands.do("#pick-files")
    chooser.value.set_files([sent(f"{colour}.jpg", jpeg(colour)) for colour in ("red", "green", "blue")])
    page.locator("#uploads .done").nth(2).wait_for()
    first, second, third = order(served, model)
    assert shown(page) == [first, second, third]
    with page.expect_response(lambda one: one.request.method == "PATCH") as answered:
        if mouse:
            page.locator(f"#pic-{third} figure").hover()
            page.mouse.down()
            page.locator(f"#pic-{first} figure").hover()
            page.mouse.up()
        else:
            hands.do(f"#pic-{third} [data-grab]")
            hands.press("ArrowLeft", "ArrowLeft", "Enter")
    assert answered.value.ok
    page.wait_for_function("id => document.querySelector('.tile').id === `pic-${id}`", arg=third)
    assert order(served, model) == shown(page) == [third, first, second]
