import pytest
from hypothesis import given

from tests.unit.messaging.texts import gsm_texts, mixed_texts
from webapp.messaging.content import ContentRefused, check_content
from webapp.messaging.measure import measure
from webapp.messaging.segments import segment_content


def the_long_way(content: str) -> tuple[str, int] | str:
    try:
        checked = check_content(content)
    except ContentRefused as refused:
        return refused.message
    return checked, segment_content(checked).segments


def the_short_way(content: str) -> tuple[str, int] | str:
    try:
        return measure(content)
    except ContentRefused as refused:
        return refused.message


@given(gsm_texts | mixed_texts)
def test_any_text_is_measured_as_the_long_way_does(content):
    assert the_short_way(content) == the_long_way(content)


@pytest.mark.parametrize("length", [1, 159, 160, 161, 306, 307, 459, 460, 1280, 1281])
@pytest.mark.parametrize("character", ["a", "€", "’", "\n", "\r\n", " ", "🙂", "\x1b", "\x07"])
def test_lengths_around_every_boundary(character, length):
    content = character * length
    assert the_short_way(content) == the_long_way(content)


@pytest.mark.parametrize("content", ["", " ", "\n\r\n", "\u200b", "a\rb", "a\x1bb", "a\ud800"])
def test_what_is_refused_or_changed_the_long_way_is_so_here(content):
    assert the_short_way(content) == the_long_way(content)
