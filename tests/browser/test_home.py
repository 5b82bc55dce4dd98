"""Home on screens of every width."""

from collections.abc import Sequence

import pytest
from playwright.sync_api import FloatRect, Page

from tests.browser import steps
from tests.browser.rehearsal import Rehearsal

NAMES = ("outcomes", "replies", "credits")


def plots(page: Page) -> list[FloatRect]:
    """Where each plot stands."""
    found = [page.locator(f"#{name}_plot").bounding_box() for name in NAMES]
    return [box for box in found if box is not None]


def rounded(lengths: Sequence[float]) -> set[int]:
    return {round(length) for length in lengths}


@pytest.mark.parametrize("width", [1280, 1024, 768])
def test_the_plots_stand_in_one_row(sam: Page, rehearsal: Rehearsal, width: int) -> None:
    sam.set_viewport_size({"width": width, "height": 800})
    sam.goto("/")
    boxes = plots(sam)
    assert len(rounded([box["y"] for box in boxes])) == len(rounded([box["width"] for box in boxes])) == 1
    assert len(rounded([box["x"] for box in boxes])) == 3


@pytest.mark.parametrize("width", [1024, 900, 720])
def test_the_numbers_below_a_plot_keep_to_it(sam: Page, rehearsal: Rehearsal, width: int) -> None:
    sam.set_viewport_size({"width": width, "height": 800})
    sam.goto("/")
    steps.unfold(sam)
    for name in NAMES:
        plot, numbers = sam.locator(f"#{name}_plot"), sam.locator(f"#{name}_plot table")
        if numbers.count():
            room, table = plot.bounding_box(), numbers.bounding_box()
            assert room is not None
            assert table is not None
            assert table["x"] + table["width"] <= room["x"] + room["width"] + 1


def test_on_a_phone_the_plots_stand_below_each_other(sam: Page, rehearsal: Rehearsal) -> None:
    sam.set_viewport_size({"width": 390, "height": 844})
    sam.goto("/")
    boxes = plots(sam)
    assert len(rounded([box["x"] for box in boxes])) == 1
    assert len(rounded([box["y"] for box in boxes])) == 3
