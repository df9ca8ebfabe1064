"""Somebody's hands at a page: with a mouse, or with the keyboard alone, which reaches everything by Tab."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

WAYS = pytest.mark.parametrize(("mouse", "locale"), [(True, "en"), (False, "en"), (False, "ru")])
"""The ways in which the product is accepted: by mouse, by keyboard alone, and in Russian."""
FARTHEST = 250
"""Presses of Tab after which something counts as out of reach."""
AT = "one => Boolean(document.activeElement?.matches(one))"


@dataclass
class Hands:
    """Does things on a page and counts how often a key or the mouse's button is pressed."""

    page: Page
    mouse: bool
    pressed: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.pressed += 1

    def do(self, selector: str, *keys: str) -> None:
        """Presses a button or follows a link: by its keys, where it has some, else by Enter once Tab has reached it."""
        self.page.locator(selector).first.wait_for()
        if self.mouse:
            self.click(selector)
        elif keys:
            self.press(*keys)
        else:
            self.reach(selector)
            self.press("Enter")

    def reach(self, selector: str) -> None:
        """Puts the focus on something, by Tab alone."""
        self.page.locator(selector).first.wait_for(state="attached")
        for _ in range(FARTHEST):
            if self.page.evaluate(AT, selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {selector}")

    def write(self, selector: str, text: str) -> None:
        """Types into a field, over what stands in it."""
        if self.mouse:
            self.click(selector)
        else:
            self.reach(selector)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Waits until what is done within has been answered."""
        with self.page.expect_response(lambda one: "/acts/" in one.url and "presence" not in one.url) as answered:
            yield
        assert answered.value.ok, f"{answered.value.status} {answered.value.url}"
