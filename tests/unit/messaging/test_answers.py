import pytest

from webapp.messaging.answers import asks_for_answer


@pytest.mark.parametrize(
    "content",
    [
        "Reply to this text to change it.",
        "Please reply YES to confirm",
        "To cancel, REPLY CANCEL",
        "Text STOP to opt out",
        "Can you come at ten? Text us back please",
        "Do not be late. Reply C to cancel.",
        "Please respond by Friday",
    ],
)
def test_a_text_asks_for_an_answer(content: str) -> None:
    assert asks_for_answer(content)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "Your prescription is ready.",
        "Please do not reply to this text.",
        "Don’t reply",
        "You can't reply to this message, ring us instead",
        "We cannot receive texts: replies are not read",
        "This is a no-reply number",
        "Text YES to 60777 to vote",
        "We have had no reply from you",
    ],
)
def test_a_text_asks_for_none(content: str) -> None:
    assert not asks_for_answer(content)
