import pytest

from webapp.messaging.texters import NOBODY, can_be_texted, texter_number


@pytest.mark.parametrize("sender", ["447400123456", "07400123456", "00447400123456", " 447400123456 "])
def test_one_person_has_one_number(sender: str) -> None:
    assert texter_number(sender) == "447400123456"


@pytest.mark.parametrize(
    ("sender", "number"),
    [
        ("60777", "60777"),
        ("Bank", "Bank"),
        ("", NOBODY),
        ("33612345678", "33612345678"),
        ("442079460000", "442079460000"),
        ("9" * 40, "9" * 40),
        ("+", "+"),
        ("٠٧٤٠٠١٢٣٤٥٦", "٠٧٤٠٠١٢٣٤٥٦"),
    ],
)
def test_what_is_no_mobile_number_stays_as_it_came(sender: str, number: str) -> None:
    assert texter_number(sender) == number


def test_a_name_cannot_be_texted() -> None:
    assert can_be_texted("447400123456")
    assert can_be_texted("60777")
    assert not can_be_texted("Bank")
    assert not can_be_texted(NOBODY)
