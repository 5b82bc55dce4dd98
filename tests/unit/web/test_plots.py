"""Plots are drawn from plain data, in the colours of the pills, and say in numbers what they show."""

from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from flask import Flask

from webapp.web.plot_data import Plot, PlotKind, Series, days_between
from webapp.web.plot_images import Size, Theme, colours, draw, ticks
from webapp.web.plots import THREE_IN_A_ROW, answer, figure

WEEK = days_between(date(2026, 11, 21), date(2026, 11, 27))
SENT = Plot(
    "Sent by day",
    PlotKind.STACKED,
    WEEK,
    (
        Series("Delivered", "good", (1200, 0, 3, 4, 5, 6, 7), urls=("/messages?day=21", *("/x",) * 6)),
        Series("Failed", "bad", (0, 0, 1, 0, 0, 0, 2), all_url="/failed"),
    ),
)
BALANCE = Plot(
    "Credits",
    PlotKind.LINE,
    WEEK,
    (
        Series(
            "Credits", "accent", (None, Decimal("12.5"), None, Decimal(9), Decimal(7), None, Decimal("3.25"))
        ),
    ),
    unit="credits",
)
WHY = Plot(
    "Failed by reason",
    PlotKind.CATEGORIES,
    ("<script>alert(1)</script> & co", "x" * 90),
    (Series("Texts", "bad", (3, 1)),),
)


def parse(drawn: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(drawn)  # noqa: S314 - drawn here


def url(**variant: str) -> str:
    return "/plot?" + "&".join(f"{name}={value}" for name, value in sorted(variant.items()))


@pytest.mark.parametrize("plot", [SENT, BALANCE, WHY], ids=lambda plot: plot.kind)
@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("size", Size)
def test_an_image_holds_no_script_and_nothing_from_elsewhere(plot: Plot, theme: Theme, size: Size) -> None:
    drawn = draw(plot, theme=theme, size=size)
    tags = {str(element.tag).rpartition("}")[2] for element in parse(drawn).iter()}
    assert not tags & {"script", "image", "a", "foreignObject"}
    assert b"href" not in drawn
    assert b"@import" not in drawn
    assert b"style=" not in drawn, "an attribute that the policy of the image forbids"
    assert len(drawn) < 40_000


def test_words_stay_words() -> None:
    drawn = draw(WHY, theme=Theme.LIGHT, size=Size.WIDE)
    words = [element.text for element in parse(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert "<script>alert(1)</script> & co" in words
    assert f"{'x' * 29}…" in words


@pytest.mark.parametrize("theme", Theme)
def test_colours_are_those_of_the_pills_and_never_the_only_difference(theme: Theme) -> None:
    drawn = draw(SENT, theme=theme, size=Size.WIDE).decode()
    assert colours(theme)["good"] in drawn
    assert colours(theme)["bad"] in drawn
    assert "url(#pattern-bad)" in drawn
    assert colours(Theme.LIGHT)["bad"] != colours(Theme.DARK)["bad"]


def test_the_last_day_has_its_label() -> None:
    days = days_between(date(2026, 10, 28), date(2026, 11, 27))
    month = Plot("x", PlotKind.STACKED, days, (Series("y", "good", tuple(range(31))),))
    for size, most in ((Size.WIDE, 7), (Size.NARROW, 5)):
        drawn = draw(month, theme=Theme.LIGHT, size=size).decode()
        assert ">27 Nov<" in drawn
        assert 3 < drawn.count(" Nov<") + drawn.count(" Oct<") <= most


def test_ticks_are_round_and_few() -> None:
    assert ticks(0, 0) == [0, 1]
    assert ticks(0, 1) == [0, 1]
    assert ticks(0, 7) == [0, 2, 4, 6, 8]
    assert ticks(0, Decimal("1204.5")) == [0, 500, 1000, 1500]
    assert ticks(Decimal(-3), 5) == [-4, -2, 0, 2, 4, 6]


def test_a_figure_has_every_number_the_latest_day_first(app: Flask) -> None:
    with app.test_request_context():
        shown = figure(SENT, url)
    assert shown.headers == ("Delivered", "Failed")
    assert [row.label for row in shown.rows][::6] == ["Fri 27 Nov 2026", "Sat 21 Nov 2026"]
    assert shown.rows[-1].cells[0] == ("1,200", "/messages?day=21")
    assert shown.rows[-2].cells[0] == ("0", None)
    assert [(entry.name, entry.total) for entry in shown.legend] == [
        ("Delivered", ("1,225", None)),
        ("Failed", ("3", "/failed")),
    ]
    assert shown.alt.startswith(
        "Sent by day, Sat 21 Nov 2026 to Fri 27 Nov 2026, in texts: Delivered 1,225 and Failed 3."
    )


def test_a_line_says_how_much_there_is_now_and_what_is_not_known(app: Flask) -> None:
    with app.test_request_context():
        shown = figure(BALANCE, url)
    assert shown.legend[0].total.text == "3.25"
    assert [row.cells[0].text for row in shown.rows] == ["3.25", "–", "7", "9", "–", "12.5", "–"]


def test_a_figure_follows_the_system_or_the_chosen_theme(app: Flask) -> None:
    with app.test_request_context():
        sources = figure(SENT, url).sources
    assert [(source.media, "theme=dark" in source.url) for source in sources] == [
        ("(max-width: 44rem) and (prefers-color-scheme: dark)", True),
        ("(prefers-color-scheme: dark)", True),
        ("(max-width: 44rem)", False),
        ("", False),
    ]
    with app.test_request_context(headers={"Cookie": "theme=dark"}):
        sources = figure(SENT, url).sources
    assert [(source.media, "theme=dark" in source.url) for source in sources] == [
        ("(max-width: 44rem)", True),
        ("", True),
    ]


def test_three_in_a_row_have_drawings_for_a_third_of_each_page(app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": "theme=light"}):
        sources = figure(SENT, url, screens=THREE_IN_A_ROW).sources
    assert [(source.media, source.width) for source in sources] == [
        ("(max-width: 44rem)", 360),
        ("(max-width: 72rem)", 240),
        ("", 360),
    ]
    with app.test_request_context("/?size=small"):
        assert answer(SENT).get_data() == draw(SENT, theme=Theme.LIGHT, size=Size.SMALL)


def test_nothing_is_said_to_be_nothing(app: Flask) -> None:
    none = Plot("Sent by day", PlotKind.STACKED, WEEK, (Series("Delivered", "good", (0,) * 7),))
    with app.test_request_context():
        assert figure(none, url).is_empty
        assert draw(none, theme=Theme.LIGHT, size=Size.WIDE)
        assert draw(Plot("x", PlotKind.CATEGORIES, (), ()), theme=Theme.LIGHT, size=Size.WIDE)


def test_the_address_changes_with_the_data_and_the_image_is_kept_by_one_person_only(app: Flask) -> None:
    with app.test_request_context("/?theme=dark&size=narrow"):
        response = answer(SENT)
        one, other = figure(SENT, url), figure(BALANCE, url)
    assert response.mimetype == "image/svg+xml"
    assert response.get_data() == draw(SENT, theme=Theme.DARK, size=Size.NARROW)
    assert response.headers["Cache-Control"].startswith("private, max-age=")
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert one.sources[0].url != other.sources[0].url
