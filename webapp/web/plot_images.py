"""Drawing a plot as an SVG image with pygal, in the colours of static/css/tokens.css.

Drawn wide for a desk and nearly square for a phone. Legend, title and numbers stand in HTML beside it, where
they can be read, linked and enlarged.
"""

import math
import re
import sys
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

import pygal
from pygal.style import Style

from webapp.config import ROOT
from webapp.web.plot_data import Plot, PlotKind, short_label

# pygal puts a finder for its maps, which are not used here, in the way of every import; it warns each time.
sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, pygal.PluginImportFixer)]

MOST_STEPS = 4
TOKEN = re.compile(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)")
# Never colour alone: the tones differ in pattern, too. Those that are not named here are plain.
PATTERNS = {
    "bad": (
        "5",
        "45",
        '<rect width="5" height="5" fill="{ink}"/><rect width="1.5" height="5" fill="{paper}"/>',
    ),
    "waiting": (
        "5",
        "0",
        '<rect width="5" height="5" fill="{ink}"/><rect width="2" height="2" fill="{paper}"/>',
    ),
    "attention": (
        "4",
        "0",
        '<rect width="4" height="4" fill="{ink}"/><rect width="4" height="1" fill="{paper}"/>',
    ),
    "neutral": (
        "4",
        "0",
        '<rect width="4" height="4" fill="{paper}"/><rect width="2.5" height="4" fill="{ink}"/>',
    ),
}
KINDS = {
    PlotKind.STACKED: pygal.StackedBar,
    PlotKind.LINE: pygal.Line,
    PlotKind.CATEGORIES: pygal.HorizontalBar,
}


class Theme(StrEnum):
    LIGHT = "light"
    DARK = "dark"


class Size(StrEnum):
    """How much room an image has: half a page; a phone, or a third of a page; a third of a smaller page."""

    WIDE = "wide"
    NARROW = "narrow"
    SMALL = "small"


class Shape(NamedTuple):
    """Pixels of the drawing, which scales; how many days have a label at most; the longest category."""

    width: int
    height: int
    most_days: int
    longest: int


SHAPES = {
    Size.WIDE: Shape(540, 220, 7, 30),
    Size.NARROW: Shape(360, 220, 5, 18),
    Size.SMALL: Shape(240, 180, 3, 12),
}
BAR_HEIGHT = 34


def shape_of(plot: Plot, size: Size) -> Shape:
    """How large the image of a plot is: categories need room for each."""
    shape = SHAPES[size]
    if plot.kind is PlotKind.CATEGORIES:
        return shape._replace(height=56 + BAR_HEIGHT * len(plot.labels))
    return shape


def draw(plot: Plot, *, theme: Theme, size: Size) -> bytes:
    """The SVG file; without script, and the same bytes for the same plot on the same day."""
    shape = shape_of(plot, size)
    chart = KINDS[plot.kind](**_options(plot, shape, theme))
    chart.x_labels = _in_order(plot, [short_label(label, shape.longest) for label in plot.labels])
    if plot.kind is not PlotKind.CATEGORIES:
        # Counted from the end, so that the latest day has its label.
        chart.x_labels_major = chart.x_labels[:: -math.ceil(len(plot.labels) / shape.most_days) or -1]
    for series in plot.series:
        values = [None if value is None else float(value) for value in series.values]
        chart.add(series.name, _in_order(plot, values))
    chart.add_xml_filter(_without_scripts)
    return bytes(chart.render())


def ticks(lowest: int | Decimal, highest: int | Decimal) -> list[float]:
    """Round whole numbers from 0, or below, to at least the highest."""
    span = max(float(highest) - min(float(lowest), 0), 1)
    size = 10 ** math.floor(math.log10(span / MOST_STEPS))
    step = max(next(each * size for each in (1, 2, 5, 10) if each * size * MOST_STEPS >= span), 1)
    first = math.floor(min(float(lowest), 0) / step)
    return [step * at for at in range(first, max(math.ceil(float(highest) / step), first + 1) + 1)]


def _in_order(plot: Plot, each: list[Any]) -> list[Any]:
    """pygal draws categories from the bottom up."""
    return each[::-1] if plot.kind is PlotKind.CATEGORIES else each


@cache
def colours(theme: Theme) -> dict[str, str]:
    """Each colour of tokens.css by its name, in one theme."""
    written = (ROOT / "static" / "css" / "tokens.css").read_text()
    return {name: light if theme is Theme.LIGHT else dark for name, light, dark in TOKEN.findall(written)}


def _options(plot: Plot, shape: Shape, theme: Theme) -> dict[str, Any]:
    marks = [{"value": tick, "label": f"{tick:,.0f}"} for tick in ticks(*_reach(plot))]
    return {
        "width": shape.width,
        "height": shape.height,
        "style": _style(plot, theme),
        "css": ["file://style.css", "file://graph.css", f"inline:{_css(plot, theme)}"],
        "defs": _patterns(plot, theme),
        "js": [],
        "no_prefix": True,
        "show_legend": False,
        "show_minor_x_labels": plot.kind is PlotKind.CATEGORIES,
        "truncate_label": -1,
        "y_labels": marks if plot.series else None,
        "no_data_text": "Nothing",
        "formatter": lambda value: f"{value:,.10g}",
        "allow_interruptions": True,
        "print_values": plot.kind is PlotKind.CATEGORIES,
        "print_values_position": "top",
        "margin": 8,
        "margin_right": 28,
        "dots_size": 2.5,
        "stroke_style": {"width": 2.5},
        "zero": 0,
    }


def _reach(plot: Plot) -> tuple[int | Decimal, int | Decimal]:
    """The lowest and the highest point that is drawn."""
    known = [[value for value in series.values if value is not None] for series in plot.series]
    points = [value for values in known for value in values]
    if plot.kind is PlotKind.STACKED:
        points = [
            sum(filter(None, stack)) for stack in zip(*(each.values for each in plot.series), strict=True)
        ]
    return min(points, default=0), max(points, default=0)


def _style(plot: Plot, theme: Theme) -> Style:
    palette = colours(theme)
    font = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'
    return Style(
        colors=tuple(palette[series.tone] for series in plot.series) or (palette["accent"],),
        background="transparent",
        plot_background="transparent",
        foreground=palette["ink-soft"],
        foreground_strong=palette["ink"],
        foreground_subtle=palette["line"],
        guide_stroke_color=palette["line"],
        major_guide_stroke_color=palette["line"],
        guide_stroke_dasharray="0",
        major_guide_stroke_dasharray="0",
        opacity="1",
        transition="0s",
        font_family=font,
        label_font_size=13,
        major_label_font_size=13,
        value_font_size=13,
        value_colors=tuple(palette["ink"] for _ in plot.series),
        no_data_font_size=14,
    )


def _css(plot: Plot, theme: Theme) -> str:
    """Patterns in place of plain colours, and a thin line of paper between the stretches of a stack."""
    fills = "".join(
        f".color-{at} rect{{fill:url(#pattern-{series.tone})}}"
        for at, series in enumerate(plot.series)
        if series.tone in PATTERNS
    )
    palette = colours(theme)
    paper = palette["paper"]
    return (
        f".bars rect{{stroke:{paper};stroke-width:1}}.axis .line{{stroke:none}}"
        f".text-overlay text{{text-anchor:start !important}}"
        f".axis text{{fill:{palette['ink-soft']} !important}}{fills}"
    )


def _patterns(plot: Plot, theme: Theme) -> list[str]:
    palette = colours(theme)
    return [
        f'<pattern xmlns="http://www.w3.org/2000/svg" id="pattern-{tone}" width="{size}" height="{size}" '
        f'patternUnits="userSpaceOnUse" patternTransform="rotate({turned})">'
        f"{drawn.format(ink=palette[tone], paper=palette['paper'])}</pattern>"
        for tone, (size, turned, drawn) in PATTERNS.items()
        if tone in {series.tone for series in plot.series}
    ]


def _without_scripts(root: Any) -> Any:
    """pygal writes a script with its settings, and a hidden tooltip that only its own script would show."""
    for parent in list(root.iter()):
        for child in list(parent):
            is_needless = str(child.tag).rpartition("}")[2] in ("script", "desc", "title")
            if is_needless or child.get("class") == "tooltip":
                parent.remove(child)
    return root
