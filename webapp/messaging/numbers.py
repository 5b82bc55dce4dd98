"""Mobile numbers as people type them, and as digits with country code and no plus: 447400123456.

What a number is (mobile, landline, pager ...) is libphonenumber's verdict. Mobiles of the home country,
the most frequent by far, take a short way that uses the library's own pattern and comes to the same verdict.
"""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberType, ValidationResult

from .number_problems import NumberProblem, NumberRefused
from .typed import tidy

__all__ = [
    "ERASED",
    "HOME_COUNTRY",
    "NumberProblem",
    "NumberRefused",
    "country_of",
    "erased_number",
    "format_number",
    "parse_home_mobile",
    "parse_number",
]

MAX_DIGITS = 15
"""The most an international number can have, country code included (ITU-T E.164)."""

HOME_COUNTRY = "GB"
"""The country whose mobiles take the short way."""

ERASED = "erased"
"""How what stands for an erased number begins."""

_EXCERPT = 100  # characters of a long paste in which to look for a second number
_WHOLE_NUMBER_DIGITS = 10

_MOBILE_TYPES = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_PROBLEM_OF_TYPE = {
    PhoneNumberType.FIXED_LINE: NumberProblem.LANDLINE,
    PhoneNumberType.PREMIUM_RATE: NumberProblem.PREMIUM_RATE,
    PhoneNumberType.PAGER: NumberProblem.PAGER,
    PhoneNumberType.PERSONAL_NUMBER: NumberProblem.PERSONAL,
}
_PROBLEM_OF_LENGTH = {
    ValidationResult.TOO_SHORT: NumberProblem.TOO_SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: NumberProblem.TOO_SHORT,
    ValidationResult.TOO_LONG: NumberProblem.TOO_LONG,
}


def _mobile_pattern(country: str) -> str:
    metadata = PhoneMetadata.metadata_for_region(country)
    if metadata is None or metadata.mobile is None:
        raise LookupError(f"libphonenumber has no mobile numbers for {country}")
    return f"(?:{metadata.mobile.national_number_pattern})"


_home_mobile = re.compile(f"(?:(?:\\+|00|\\+00)?44)?0?({_mobile_pattern(HOME_COUNTRY)})", re.ASCII).fullmatch
_home_digits = re.compile(f"44{_mobile_pattern(HOME_COUNTRY)}", re.ASCII).fullmatch

_without_punctuation = str.maketrans("", "", " \t\r\n\v\f().-")
_WRAPPING = " '\"`´‘’“”=.,:;"
_label = re.compile(r"^(?:tel(?:ephone)?|mob(?:ile)?|phone|m|t)\s*[.:]\s*", re.IGNORECASE)
_whole_float = re.compile(r"(\d+)\.0")
_spreadsheet_damage = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_extension = re.compile(r"\d[\s,;(]*(?:ext(?:ension|n)?|x|#)[\s:.=]*\d{1,7}\W*$", re.IGNORECASE)
_between_numbers = re.compile(r"[^\d\s()+.-]+|(?=\+)")


def parse_number(typed: str, *, country: str = HOME_COUNTRY) -> str:
    """Return the mobile number's digits with country code and no plus; raise NumberRefused otherwise.

    A number without country code is one of `country` (ISO 3166 alpha-2); abroad needs + or 00 in front.
    """
    text = _unwrap(tidy(typed))
    compact = text.translate(_without_punctuation)
    if country == HOME_COUNTRY and (mobile := _home_mobile(compact)):
        return "44" + mobile[1]
    _refuse_unreadable(text, compact)
    number = _read(compact, country)
    kind = phonenumbers.number_type(number)
    if kind not in _MOBILE_TYPES:
        raise NumberRefused(_why_not_mobile(number, kind), digits=_digit_count(compact))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")


def parse_home_mobile(typed: str) -> str | None:
    """Return what `parse_number` would for a mobile of the home country plainly typed; None for all others.

    A full stop may be that of a spreadsheet's 7400123456.0, so it goes the long way.
    """
    mobile = _home_mobile(typed.replace(" ", ""))
    if mobile is None and "." not in typed:
        mobile = _home_mobile(typed.translate(_without_punctuation))
    return "44" + mobile[1] if mobile else None


def format_number(digits: str) -> str:
    """Return "+44 7400 123456" for 447400123456; what isn't a valid number comes back unchanged."""
    if _home_digits(digits):
        return f"+44 {digits[2:6]} {digits[6:]}"
    number = _read_digits(digits)
    if number is None:
        return "an erased number" if digits.startswith(f"{ERASED}-") else digits
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def country_of(digits: str) -> str | None:
    """Return the ISO 3166 code of the number's country ("GB", "IM", "IE"), None if it belongs to none."""
    if _home_digits(digits):
        return HOME_COUNTRY
    if digits.startswith(f"{ERASED}-"):
        return digits.split("-")[1] or None
    number = _read_digits(digits)
    region = phonenumbers.region_code_for_number(number) if number else None
    return None if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY else region


def erased_number(digits: str, key: int | None = None) -> str:
    """What is left of a number: its country, which refunds go by; and `key` where it has to be unique."""
    if digits.startswith(f"{ERASED}-"):
        return digits
    return f"{ERASED}-{country_of(digits) or ''}{'' if key is None else f'-{key}'}"


def _unwrap(text: str) -> str:
    """Take off what surrounds a number: quotes, a spreadsheet's apostrophe or ="", a label, a full stop."""
    text = _label.sub("", text.strip(_WRAPPING)).strip(_WRAPPING)
    number = _whole_float.fullmatch(text)
    return number[1] if number else text


def _refuse_unreadable(text: str, compact: str) -> None:
    if not text:
        raise NumberRefused(NumberProblem.EMPTY)
    if _spreadsheet_damage.fullmatch(text):
        raise NumberRefused(NumberProblem.SPREADSHEET_DAMAGE)
    if _holds_several(text[:_EXCERPT]):
        raise NumberRefused(NumberProblem.SEVERAL)
    if _extension.search(text):
        raise NumberRefused(NumberProblem.EXTENSION)
    if any(map(str.isalpha, text)):
        raise NumberRefused(NumberProblem.LETTERS)
    if not re.fullmatch(r"\+?\d+", compact, re.ASCII):
        raise NumberRefused(NumberProblem.SYMBOLS)


def _holds_several(text: str) -> bool:
    pieces = _between_numbers.split(text)
    gaps = [(text[: gap.start()], text[gap.end() :]) for gap in re.finditer(r"\s+", text)]
    return any(
        sum(_digit_count(piece) >= _WHOLE_NUMBER_DIGITS for piece in side_by_side) > 1
        for side_by_side in (pieces, *gaps)
    )


def _read(compact: str, country: str) -> phonenumbers.PhoneNumber:
    number = re.sub(r"^\+?00", "+", compact)
    if _digit_count(number) > MAX_DIGITS:
        raise NumberRefused(NumberProblem.TOO_LONG, digits=_digit_count(compact))
    try:
        return phonenumbers.parse(number, country)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            raise NumberRefused(NumberProblem.UNKNOWN_COUNTRY) from error
        raise NumberRefused(NumberProblem.TOO_SHORT, digits=_digit_count(compact)) from error


def _why_not_mobile(number: phonenumbers.PhoneNumber, kind: int) -> NumberProblem:
    if kind != PhoneNumberType.UNKNOWN:
        return _PROBLEM_OF_TYPE.get(kind, NumberProblem.NOT_MOBILE)
    length = phonenumbers.is_possible_number_for_type_with_reason(number, PhoneNumberType.MOBILE)
    return _PROBLEM_OF_LENGTH.get(length, NumberProblem.NOT_IN_USE)


def _digit_count(text: str) -> int:
    return sum(map(str.isdigit, text))


def _read_digits(digits: str) -> phonenumbers.PhoneNumber | None:
    if not (digits.isascii() and digits.isdigit()):
        return None
    try:
        number = phonenumbers.parse("+" + digits)
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None
