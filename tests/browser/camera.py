"""Takes a picture of an open page in several looks, small enough for a repository."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Page

COLOURS = 128
HIGHEST = 1500
"""CSS pixels: of a longer page the beginning is shown."""


@dataclass(frozen=True)
class Look:
    """One way of looking at a page; sizes are CSS pixels."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"]


LIGHT = Look("light", 1280, 800, "light")
DARK = Look("dark", 1280, 800, "dark")
PHONE = Look("phone", 390, 844, "light")


class Camera:
    """In front of one person's browser."""

    def __init__(self, page: Page, directory: Path) -> None:
        self.page = page
        self._directory = directory

    def take(self, name: str, *looks: Look, most: int = HIGHEST) -> None:
        """Each in a file of its own: `name` and the name of the look; light is the usual one."""
        for look in looks or (LIGHT,):
            self._look(look)
            path = self._directory / f"{name}-{look.name}.png"
            height = min(self.page.evaluate("document.scrollingElement.scrollHeight"), most)
            clip = {"x": 0, "y": 0, "width": look.width, "height": height}
            self.page.screenshot(path=path, full_page=True, animations="disabled", clip=clip)  # type: ignore[arg-type]
            shrink(path)
            print(path)
        self._look(LIGHT)

    def _look(self, look: Look) -> None:
        self.page.set_viewport_size({"width": look.width, "height": look.height})
        self.page.emulate_media(color_scheme=look.scheme)
        self.page.evaluate("window.scrollTo(0, 0)")
        # Plots have an image for each theme and width.
        self.page.evaluate("Promise.all([...document.images].map((image) => image.decode()))")


def shrink(path: Path) -> None:
    """A palette is a third of the size, and on pages of few colours nobody sees it."""
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
