import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.messaging.content import (
    MAX_CONTENT_CHARACTERS,
    ContentRefused,
    check_content,
    normalise_line_breaks,
)


def refusal(content: str) -> str:
    with pytest.raises(ContentRefused) as caught:
        check_content(content)
    assert str(caught.value) == caught.value.message
    return caught.value.message


def test_line_breaks_become_line_feeds():
    assert check_content("one\r\ntwo\rthree\nfour") == "one\ntwo\nthree\nfour"
    assert normalise_line_breaks("\r\n\r\n") == "\n\n"


def test_spaces_around_the_text_and_its_tabs_and_form_feeds_stay():
    assert check_content("  a\tb\f ") == "  a\tb\f "


@pytest.mark.parametrize("content", ["", " ", "\r\n \t", "\u00a0", "\u200b\ufeff", "\u2060\ufe0f"])
def test_a_text_with_nothing_to_see_is_refused(content):
    assert refusal(content) == "Write the text of the message."


def test_the_longest_text_passes_and_one_more_character_is_counted():
    assert len(check_content("a" * MAX_CONTENT_CHARACTERS)) == 1280
    assert refusal("a" * 1281) == "The text has 1,281 characters; 1,280 can be sent. Shorten it by 1."


def test_characters_are_counted_as_code_points_after_line_breaks_are_joined():
    assert check_content("🙂" * 1279 + "\r\n") == "🙂" * 1279 + "\n"


def test_half_an_emoji_is_pointed_at():
    words = "Character 3 arrived broken, perhaps half of an emoji. Delete it and type it again."
    assert refusal("ab\ud83d") == refusal("ab\ufffd") == words


@pytest.mark.parametrize("control", ["\0", "\x01", "\x0b", "\x1b", "\x7f", "\x85", "\x9f"])
def test_a_control_character_is_pointed_at(control):
    assert refusal(f"a{control}") == (
        f"Character 2 is a control character (U+{ord(control):04X}), which cannot be sent. Delete it."
    )


def test_markup_is_only_text():
    assert check_content("<script>alert(1)</script>") == "<script>alert(1)</script>"


def checked_or_none(content: str) -> str | None:
    try:
        return check_content(content)
    except ContentRefused:
        return None


@given(st.text(alphabet=st.characters(), max_size=1400))
def test_any_text_passes_once_and_for_all_or_is_refused(content):
    checked = checked_or_none(content)
    assert checked is None or checked_or_none(checked) == checked == checked.encode().decode()
