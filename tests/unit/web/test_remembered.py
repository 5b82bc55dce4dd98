"""Markup and addresses that are made once: what is given again must be what would be made."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, url_for
from markupsafe import Markup

from webapp.messaging.status import StatusMeaning, StatusTone
from webapp.web.context import Desk
from webapp.web.remembered import MOST_REMEMBERED, address, addresses, framed, remembered

HOSTILE = '"><script>alert(1)</script>'
AT = datetime(2026, 7, 1, 11, 30, tzinfo=UTC)


@pytest.fixture
def asked(app: Flask) -> Iterator[Flask]:
    """While a page is being answered."""
    with app.test_request_context("/"):
        app.preprocess_request()
        yield app


def _filter(app: Flask, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = app.jinja_env.filters[name]
    return found


def test_what_was_made_is_given_again() -> None:
    made: list[int] = []
    double = remembered(lambda number: made.append(number) or 2 * number)
    assert [double(2), double(2), double(3)] == [4, 4, 6]
    assert made == [2, 3]


def test_text_is_not_taken_for_equal_markup() -> None:
    show = remembered(lambda text: Markup("<p>{}</p>").format(text))
    assert show(Markup("<b>")) == "<p><b></p>"
    assert show("<b>") == "<p>&lt;b&gt;</p>"
    assert show(Markup("<b>")) == "<p><b></p>"


def test_no_more_is_kept_than_agreed() -> None:
    show: Any = remembered(str)
    for number in range(MOST_REMEMBERED + 100):
        assert show(number) == str(number)
    assert show.cache_info().currsize == MOST_REMEMBERED


def test_hostile_words_stay_escaped_in_every_cell(asked: Flask) -> None:
    ui = asked.jinja_env.globals["ui"]
    meaning = StatusMeaning(HOSTILE, StatusTone.BAD, HOSTILE, HOSTILE, HOSTILE, final=True)
    for _ in range(2):
        cells = [
            ui.icon("x", label=HOSTILE),
            ui.mark(HOSTILE, tone=HOSTILE, icon_name=HOSTILE, title=HOSTILE),
            ui.status(meaning),
            _filter(asked, "status")(meaning),
            _filter(asked, "excerpt")(HOSTILE),
            _filter(asked, "phone")(HOSTILE),
            ui.since(HOSTILE, AT),
        ]
        assert [cell for cell in cells if "<script" in cell or not isinstance(cell, Markup)] == []
        assert all(cell.count("&lt;script&gt;") for cell in cells)


def test_a_cell_is_what_its_macro_makes(asked: Flask) -> None:
    ui = asked.jinja_env.globals["ui"]
    assert _filter(asked, "excerpt")("a & b") == ui.excerpt("a & b")
    assert _filter(asked, "phone")("447400123456") == ui.number("+44 7400 123456")
    assert _filter(asked, "time")(AT) == ui.time(*_filter(asked, "local_time")(AT))


def test_what_stands_in_a_frame_is_escaped_unless_it_is_markup() -> None:
    bold = framed(lambda inner: Markup("<b>{}</b>").format(inner))
    assert bold("<i>") == "<b>&lt;i&gt;</b>"
    assert bold(Markup("<i>")) == "<b><i></b>"


def test_a_frame_has_places_in_the_order_of_its_macro_and_as_often() -> None:
    link = framed(lambda words, url: Markup('<a href="{1}" title="{0}">{0}</a>').format(words, url), places=2)
    assert link("a & b", "/x?y=1&z=2") == '<a href="/x?y=1&amp;z=2" title="a &amp; b">a &amp; b</a>'
    assert link(Markup("<b>"), 7) == '<a href="7" title="<b>"><b></a>'


def test_lines_of_lists_are_what_their_macros_make(asked: Flask) -> None:
    lines: Any = asked.jinja_env.get_template("ui/line.html").module
    cells = [HOSTILE, Markup("<b>bold</b>"), "", "a & b", HOSTILE, 7, "x", "y", "z", "<i>"]
    flags = ("can_pick", "is_picked", "has_name", "is_many", "has_why")
    for name, macro, places, told in (
        ("message_line", lines.message, 8, {}),
        ("failure_line", lines.failure, 10, {}),
        ("failure_line", lines.failure, 10, dict.fromkeys(flags, True)),
        ("failure_line", lines.failure, 10, {**dict.fromkeys(flags, True), "is_many": False}),
        ("scheduled_line", lines.scheduled, 8, {}),
    ):
        assert _filter(asked, name)(*cells[:places], **told) == macro(*cells[:places], **told)


def test_times_are_those_of_the_time_zone_of_now(app: Flask) -> None:
    desk: Desk = app.extensions["textdesk"]
    told = []
    for zone in ("Europe/London", "Asia/Tokyo", "Europe/London"):
        settings = replace(desk.settings, timezone=ZoneInfo(zone))
        app.extensions["textdesk"] = Desk(settings, desk.provider)
        with app.test_request_context("/"):
            app.preprocess_request()
            told.append(str(_filter(app, "time")(AT)).partition(">")[2])
    assert ["12:30" in told[0], "20:30" in told[1], "12:30" in told[2]] == [True] * 3


def test_addresses_begin_where_textdesk_is_mounted(app: Flask) -> None:
    for under in ("", "/texts", ""):
        with app.test_request_context("/", base_url=f"http://localhost{under}"):
            app.preprocess_request()
            assert f'href="{under}/static/icons/sprite.svg' in app.jinja_env.globals["ui"].icon("x")
            assert address("messages.show", reference="abc") == f"{under}/messages/abc"


@pytest.mark.parametrize(
    "value", ["abc-1_2", "a b", "a/b", "..", "%41", "é", "a&b=c", "<x>", 7, None, "", True, ["a", "b"], 1.5]
)
def test_an_address_is_what_flask_says(asked: Flask, value: object) -> None:
    for _ in range(2):
        assert address("messages.index", before=value) == url_for("messages.index", before=value)
        if value not in (None, ""):
            assert address("batches.show", ref=value) == url_for("batches.show", ref=value)
        if isinstance(value, str) and value:
            assert addresses("batches.show", "ref")(value) == url_for("batches.show", ref=value)
    assert address("messages.index") == url_for("messages.index")
    assert address("messages.index", a=value, b="2") == url_for("messages.index", a=value, b="2")
    assert address("failed.index", _anchor="desk") == url_for("failed.index", _anchor="desk")
    assert address("static", filename="js/app.js") == url_for("static", filename="js/app.js")
