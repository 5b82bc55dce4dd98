import random

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from webapp.messaging.numbers import NumberProblem, NumberRefused, country_of, format_number, parse_number

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
MOBILE_TYPES = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def problem_of(typed: str, **options: str) -> NumberProblem:
    with pytest.raises(NumberRefused) as caught:
        parse_number(typed, **options)
    assert caught.value.message == str(caught.value)
    assert caught.value.message.endswith(".")
    return caught.value.problem


def verdict_of_the_library(typed: str) -> str | None:
    try:
        number = phonenumbers.parse(typed, "GB")
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.number_type(number) not in MOBILE_TYPES:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]


def our_verdict(typed: str) -> str | None:
    try:
        return parse_number(typed)
    except NumberRefused:
        return None


@pytest.mark.parametrize(
    "typed",
    [
        "07400123456", "07400 123456", "07400 123 456", "(07400) 123-456", "07400.123.456", "7400123456",
        "447400123456",
        "+447400123456", "+44 7400 123456", "+44 (0)7400 123456", "+44(0) 7400-123456", "44 (0)7400 123456",
        "(+44) 7400 123456",
        "00447400123456", "0044 7400 123456", "0044 (0)7400 123456", "+0044 7400 123456", "7400123456.0",
        "447400123456.0",
        "'07400123456", "’07400123456", '"07400 123456"', '="07400123456"', "07400 123456.",
        " 07400 123456, ", "- 07400 123456",
        "tel:+447400123456", "TEL: 07400 123456", "tel:+44-7400-123456", "Mob: 07400 123456",
        "m. 07400 123456", "Mobile: 07400123456",
        "07400\u00a0123456", "07400\u202f123\u2009456", "07400–123–456", "07400‑123456", "07400\t123456",
        "\u202a+44 7400 123456\u202c", "\ufeff07400123456", "07400\u200b123456", "\u206807400 123456\u2069",
        "07400\u00ad123456",
        "٠٧٤٠٠١٢٣٤٥٦", "０７４００１２３４５６", "＋４４　７４００　１２３４５６", "०७४००१२३४५६",
    ],
)  # fmt: skip
def test_every_form_people_type_is_the_same_number(typed):
    assert parse_number(typed) == "447400123456"


@pytest.mark.parametrize(
    ("typed", "number", "country"),
    [
        ("+353 85 012 3456", "353850123456", "IE"), ("00353850123456", "353850123456", "IE"),
        ("+1 212 555 1234", "12125551234", "US"),
        ("+33 6 12 34 56 78", "33612345678", "FR"), ("+39 312 345 6789", "393123456789", "IT"),
        ("07624 300000", "447624300000", "IM"), ("07781 123456", "447781123456", "GG"),
        ("07797 123456", "447797123456", "JE"),
    ],
)  # fmt: skip
def test_mobiles_abroad_and_on_the_islands_have_their_own_country(typed, number, country):
    assert parse_number(typed) == number
    assert country_of(number) == country


def test_a_number_without_country_code_belongs_to_the_country_asked_for():
    assert parse_number("085 012 3456", country="IE") == "353850123456"
    assert parse_number("0044 7400 123456", country="US") == "447400123456"
    assert problem_of("085 012 3456") is NumberProblem.TOO_SHORT
    assert problem_of("07400 123456", country="IE") is NumberProblem.TOO_LONG


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "EMPTY"), ("   ", "EMPTY"), ("\u200b\u00a0", "EMPTY"), ("''", "EMPTY"),
        ("0207 946 0958", "LANDLINE"), ("+44 20 7946 0958", "LANDLINE"), ("01632 960000", "NOT_IN_USE"),
        ("0740012345", "TOO_SHORT"), ("7", "TOO_SHORT"), ("00", "TOO_SHORT"), ("0044", "TOO_SHORT"),
        ("+44 7400 12345", "TOO_SHORT"),
        ("074001234567", "TOO_LONG"), ("1234567890123456", "TOO_LONG"), ("4929 1234 5678 9012", "TOO_LONG"),
        ("1. 07400 123456", "TOO_LONG"),
        ("353850123456", "TOO_LONG"), ("1" * 30, "TOO_LONG"), ("1" * 10_000, "TOO_LONG"),
        ("07400" + " " * 10_000 + "1234567", "TOO_LONG"),
        ("0740012345O", "LETTERS"), ("Sam 07400 123456", "LETTERS"), ("a" * 10_000, "LETTERS"),
        ("中文", "LETTERS"),
        ("07400*123456", "SYMBOLS"), ("07400123456/7", "SYMBOLS"), ("+", "SYMBOLS"),
        ("074+00123456", "SYMBOLS"), ("🙂", "SYMBOLS"),
        ("\ud800", "SYMBOLS"), ("\0", "SYMBOLS"), ("07400\x00123456", "SYMBOLS"), ("07400²123456", "SYMBOLS"),
        ("<07400123456>", "SYMBOLS"),
        ("09061234567", "PREMIUM_RATE"), ("07600 123456", "PAGER"), ("070 1234 5678", "PERSONAL"),
        ("0800 111 1111", "NOT_MOBILE"), ("0300 123 4567", "NOT_MOBILE"), ("07700 900123", "NOT_IN_USE"),
        ("+999 123456", "UNKNOWN_COUNTRY"), ("+07400123456", "UNKNOWN_COUNTRY"),
        ("07400 123456 ext 12", "EXTENSION"), ("07400123456x5", "EXTENSION"),
        ("07400 123456 #12", "EXTENSION"),
        ("07400 123456 extension: 4", "EXTENSION"), ("tel:+447400123456;ext=7", "EXTENSION"),
        ("4.474E+11", "SPREADSHEET_DAMAGE"), ("4,474E+11", "SPREADSHEET_DAMAGE"),
        ("4.47400123e11", "SPREADSHEET_DAMAGE"), ("7E+09", "SPREADSHEET_DAMAGE"),
        ("07400 123456 07400 123457", "SEVERAL"), ("07400123456/07400123457", "SEVERAL"),
        ("07400 123456 or 07400 123457", "SEVERAL"),
        ("+447400123456+447400123457", "SEVERAL"), ("07400123456, 07400123457", "SEVERAL"),
        ("07400 123456 & 0131 496 0000", "SEVERAL"),
        (" ".join(["07400123456"] * 900), "SEVERAL"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_problem(typed, problem):
    assert problem_of(typed) is NumberProblem[problem]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            "1234567890123456",
            "This number is too long (16 digits). Abroad, start with + and the country code.",
        ),
        ("7", "This number is too short (1 digit). Check whether some are missing."),
        ("0207 946 0958", "This is a landline. Texts go to mobiles only: ask for a mobile number."),
    ],
)
def test_a_refusal_says_what_to_do_in_plain_words(typed, message):
    with pytest.raises(NumberRefused) as caught:
        parse_number(typed)
    assert caught.value.message == message


def test_every_problem_has_its_own_words():
    messages = {NumberRefused(problem, digits=2).message for problem in NumberProblem}
    assert len(messages) == len(NumberProblem)
    assert not any("{" in message for message in messages)


def test_the_short_way_for_home_mobiles_agrees_with_the_library_on_every_range():
    for prefix in range(1000):
        for ending in ("000000", "123456", "999999"):
            digits = f"7{prefix:03d}{ending}"
            assert our_verdict("0" + digits) == verdict_of_the_library("0" + digits), digits
            assert our_verdict("+44" + digits) == verdict_of_the_library("+44" + digits), digits


def test_formatting_and_country_agree_with_the_library_on_every_mobile_range():
    for prefix in range(1000):
        digits = f"447{prefix:03d}123456"
        number = phonenumbers.parse("+" + digits)
        if phonenumbers.is_valid_number(number):
            international = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
            assert format_number(digits) == international
        assert country_of(digits) == phonenumbers.region_code_for_number(number)


def test_random_digits_in_every_prefix_form_get_the_library_s_verdict():
    dice = random.Random(5)
    for _ in range(3000):
        prefix = dice.choice(
            ["", "0", "7", "07", "74", "447", "4407", "+447", "00447", "+4407", "004407", "0447", "+353"]
        )
        digits = prefix + "".join(dice.choices("0123456789", k=dice.randint(7, 11)))
        if len(digits.lstrip("+")) <= 15:
            assert our_verdict(digits) == verdict_of_the_library(digits), digits


@pytest.mark.parametrize(
    "digits",
    ["", "Clinic", "60777", "1", "447700900123", "+447400123456", "9" * 300, "447٤٠٠١٢٣٤٥٦", "\ud800"],
)
def test_what_is_no_valid_number_is_shown_as_it_is(digits):
    assert format_number(digits) == digits
    assert country_of(digits) is None


def test_a_valid_number_is_shown_in_the_international_form():
    assert format_number("447400123456") == "+44 7400 123456"
    assert format_number("442079460958") == "+44 20 7946 0958"
    assert format_number("353850123456") == "+353 85 012 3456"


def test_a_satellite_number_has_no_country():
    assert country_of("881612345678") is None


@st.composite
def valid_mobiles(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from(REGIONS) | st.just("GB"))
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    digits = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)[1:] if example else ""
    changed = digits[:-4] + draw(st.from_regex("[0-9]{4}", fullmatch=True))
    valid = digits and phonenumbers.number_type(phonenumbers.parse("+" + changed)) in MOBILE_TYPES
    return changed if valid else "447400123456"


@settings(max_examples=600, deadline=None)
@given(valid_mobiles())
def test_a_formatted_mobile_of_any_country_reads_back(digits):
    assert parse_number(format_number(digits)) == digits
    assert parse_number("00" + digits) == digits


pasted = st.text(
    alphabet=st.characters() | st.sampled_from("0123456789+-() .,;/xeE\u202a\u200b\ufeff'=#")
) | st.text(alphabet=st.sampled_from("0123456789+ ext()"), max_size=60)


@settings(max_examples=600, deadline=None)
@given(pasted)
def test_any_text_is_a_number_or_refused(typed):
    digits = our_verdict(typed)
    assert digits is None or (digits.isascii() and digits.isdigit() and our_verdict("+" + digits) == digits)
