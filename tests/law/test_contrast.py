"""Words on filled surfaces can be read, also where axe does not look: under the pointer (WCAG 2.2, 1.4.3)."""

import re

import pytest

from webapp.config import ROOT

TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text()
PAIR = re.compile(r"--(?P<name>[a-z-]+): light-dark\((?P<light>#[0-9a-f]{6}), (?P<dark>#[0-9a-f]{6})\);")
COLOURS = {found["name"]: (found["light"], found["dark"]) for found in PAIR.finditer(TOKENS)}
ON_FILL = "#ffffff"
LEAST = 4.5


def test_the_law_sees_the_fills() -> None:
    assert "--on-fill: #ffffff;" in TOKENS
    assert {"accent-fill", "accent-fill-strong", "bad-fill", "bad-fill-strong"} <= set(COLOURS)


@pytest.mark.parametrize("name", [name for name in COLOURS if "-fill" in name])
def test_words_on_a_fill_stand_out_in_both_themes(name: str) -> None:
    for colour in COLOURS[name]:
        assert contrast(ON_FILL, colour) >= LEAST, f"{name}: {colour}"


@pytest.mark.parametrize("surface", ["paper", "raised", "sunken", "rail", "hover", "accent-wash"])
@pytest.mark.parametrize("words", ["ink", "ink-soft", "accent", "accent-strong"])
def test_words_on_a_surface_stand_out_in_both_themes(words: str, surface: str) -> None:
    for ink, paper in zip(COLOURS[words], COLOURS[surface], strict=True):
        assert contrast(ink, paper) >= LEAST, f"{words} on {surface}: {ink} on {paper}"


@pytest.mark.parametrize("name", ["good", "bad", "waiting", "attention", "neutral"])
def test_a_status_stands_out_from_its_wash_in_both_themes(name: str) -> None:
    for ink, wash in zip(COLOURS[name], COLOURS[f"{name}-wash"], strict=True):
        assert contrast(ink, wash) >= LEAST, f"{name}: {ink} on {wash}"


def contrast(one: str, other: str) -> float:
    """From 1 to 21, as WCAG 2.2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
