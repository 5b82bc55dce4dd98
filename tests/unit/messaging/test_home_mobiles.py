"""The short way for the home country's mobiles, against the library itself on inputs of every shape."""

import random
from collections.abc import Iterator
from functools import cache

import phonenumbers
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from webapp.messaging.numbers import NumberRefused, parse_home_mobile, parse_number

INPUTS = 200_000
# Ranges differ in the first digits: all of those are tried, so the library need not judge 200,000 numbers.
ENDINGS = ("00000", "23456", "99999")
PREFIXES = ("07", "7", "447", "+447", "00447", "+44 7", "0044 7", "44 7", "+44 (0)7", "+44(0) 7", "(+44) 7")
PREFIXES += ("(0)7", "+4407", "004407", "4407", " 07", "\t07", "-07", "\n+447")
SPACES = str.maketrans("\t\r\n\v", "    ")
SEPARATORS = ("", "", "", " ", " ", "-", "  ", "\t", ") (", "\v", " - ", "\r\n")


def shapes(seed: int) -> Iterator[str]:
    """Numbers in the mobile ranges and beside them, cut anywhere, sometimes with a digit too many or few."""
    dice = random.Random(seed)
    while True:
        digits = f"{dice.randrange(10**4):04d}{dice.choice(ENDINGS)}"
        if dice.random() < 0.1:
            digits = digits[:-1] if dice.random() < 0.5 else digits + "5"
        cut, separator = dice.randrange(1, 9), dice.choice(SEPARATORS)
        prefix = (
            dice.choice(PREFIXES) if dice.random() < 0.95 else dice.choice(("+3537", "08", "02", "+17", "17"))
        )
        ending = dice.choice(("", "", "", " ", "\t", "-", " \n"))
        yield f"{prefix}{digits[:cut]}{separator}{digits[cut:]}{ending}"


@cache
def is_home_mobile(country_code: int, national_number: int) -> bool:
    number = phonenumbers.PhoneNumber(country_code=country_code, national_number=national_number)
    if phonenumbers.number_type(number) != PhoneNumberType.MOBILE:
        return False
    return phonenumbers.region_code_for_number(number) == "GB"


def verdict_of_the_library(typed: str) -> str | None:
    """The digits if this is a mobile of the home country, in the library's judgement.

    It stops at a line break, which in a cell of a spreadsheet is only a space that somebody mistyped.
    """
    try:
        number = phonenumbers.parse(typed.translate(SPACES), "GB")
    except phonenumbers.NumberParseException:
        return None
    if not is_home_mobile(number.country_code, number.national_number):
        return None
    return f"{number.country_code}{number.national_number}"


def test_two_hundred_thousand_inputs_of_every_shape_get_the_library_s_verdict() -> None:
    typed = shapes(seed=8)
    accepted = 0
    for _ in range(INPUTS):
        each = next(typed)
        verdict = parse_home_mobile(each)
        assert verdict == verdict_of_the_library(each), repr(each)
        accepted += verdict is not None
    assert 0.3 < accepted / INPUTS < 0.9, "the inputs try one side only"


def test_the_short_way_never_differs_from_the_long_one() -> None:
    typed = shapes(seed=9)
    for _ in range(3_000):
        each = next(typed)
        assert parse_home_mobile(each) in {None, _long_way(each)}, repr(each)


def test_a_number_with_a_spreadsheet_s_decimal_goes_the_long_way() -> None:
    assert parse_home_mobile("7400123456.0") is None
    assert parse_home_mobile("740012345.0") is None, "its last digit would be the decimal"


@settings(max_examples=600)
@given(st.text(alphabet=st.characters() | st.sampled_from("0123456789+-() .,x'\u200b٤０"), max_size=30))
def test_any_text_gets_the_long_way_s_verdict_or_none(typed: str) -> None:
    assert parse_home_mobile(typed) in {None, _long_way(typed)}


def _long_way(typed: str) -> str | None:
    try:
        return parse_number(typed)
    except NumberRefused:
        return None
