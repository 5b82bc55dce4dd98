import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.messaging.senders import Sender, SenderKind, SenderRefused, parse_sender


@pytest.mark.parametrize("name", ["Clinic", "A", "Surgery24", "ElevenChars", "1stChoice"])
def test_a_name_is_a_sender_nobody_can_reply_to(name):
    assert parse_sender(f" {name} ") == Sender(name, SenderKind.ALPHANUMERIC, can_be_replied_to=False)


@pytest.mark.parametrize(
    ("typed", "sender"),
    [
        ("447400123456", "447400123456"), ("+44 7400 123456", "447400123456"),
        ("00447400123456", "447400123456"), ("+0044 7400 123456", "447400123456"),
        ("07400 123456", "447400123456"), ("7400123456", "447400123456"), ("(07400) 123-456", "447400123456"),
        ("60777", "60777"),
        ("+353 85 012 3456", "353850123456"), ("353850123456", "353850123456"),
        ("123456789012345", "123456789012345"),
        ("\u202a+44 7400 123456\u202c", "447400123456"), ("101", "101"),
    ],
)  # fmt: skip
def test_a_number_is_a_sender_that_can_be_replied_to(typed, sender):
    assert parse_sender(typed) == Sender(sender, SenderKind.NUMBER, can_be_replied_to=True)


def test_a_number_without_country_code_belongs_to_the_country_asked_for():
    assert parse_sender("085 012 3456", country="IE").sender == "353850123456"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Enter a sender: a name, or a number that can be replied to."),
        (" \u200b", "Enter a sender: a name, or a number that can be replied to."),
        ("TwelveLetter", "A sender name can have 11 letters and digits; this one has 12."),
        ("The Clinic", "A sender name cannot hold spaces. Write it as one word."),
        ("Clinic!", "A sender name can hold only the letters A to Z and digits, not “!”."),
        ("Café", "A sender name can hold only the letters A to Z and digits, not “é”."),
        ("<b>", "A sender name can hold only the letters A to Z and digits, not “<”."),
        ("1234567890123456", "A number can have 3 to 15 digits; this one has 16 digits."),
        ("1", "A number can have 3 to 15 digits; this one has 1 digit."),
        ("+44+7400", "A sender is a name of letters and digits, or a number: this is neither."),
        ("!!!", "A sender is a name of letters and digits, or a number: this is neither."),
        ("07700900123", "This number is not complete. Type it with its country code, such as 447400123456."),
    ],
)
def test_a_refusal_says_why(typed, message):
    with pytest.raises(SenderRefused) as caught:
        parse_sender(typed)
    assert caught.value.message == str(caught.value) == message


def sender_or_none(typed: str) -> Sender | None:
    try:
        return parse_sender(typed)
    except SenderRefused:
        return None


@given(st.text(alphabet=st.characters()) | st.text(alphabet="0123456789+ ABCab"))
def test_any_text_is_a_sender_the_provider_takes_or_refused(typed):
    found = sender_or_none(typed)
    if found is None:
        return
    assert found.sender.isascii()
    assert found.sender.isalnum()
    assert len(found.sender) <= (11 if found.kind is SenderKind.ALPHANUMERIC else 15)
    assert found.can_be_replied_to == found.sender.isdigit()
    assert sender_or_none(found.sender).kind is found.kind
