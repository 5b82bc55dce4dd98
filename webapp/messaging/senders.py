"""Who a text comes from: a name of up to 11 letters and digits, or a number that can be replied to."""

import re
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

from .typed import tidy
from .words import plural

MAX_NAME_CHARACTERS = 11
MIN_NUMBER_DIGITS, MAX_NUMBER_DIGITS = 3, 15

_find_foreign = re.compile("[^A-Za-z0-9]").search
_punctuation = str.maketrans("", "", " ().-")


class SenderKind(StrEnum):
    """The two kinds of sender ID the provider takes (docs/provider.md)."""

    ALPHANUMERIC = "alphanumeric"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Sender:
    """A sender ID as the provider wants it: a name, or digits with country code, or a short code."""

    sender: str
    kind: SenderKind
    can_be_replied_to: bool


class SenderRefused(ValueError):
    """A sender ID the provider would not take; `message` says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def parse_sender(typed: str, *, country: str = "GB") -> Sender:
    """Read a sender ID; a number without country code is one of `country`. Raises SenderRefused."""
    text = tidy(typed)
    if not text:
        raise SenderRefused("Enter a sender: a name, or a number that can be replied to.")
    if any(map(str.isalpha, text)):
        return Sender(_check_name(text), SenderKind.ALPHANUMERIC, can_be_replied_to=False)
    return Sender(_check_number(text, country), SenderKind.NUMBER, can_be_replied_to=True)


def _check_name(name: str) -> str:
    if " " in name:
        raise SenderRefused("A sender name cannot hold spaces. Write it as one word.")
    if foreign := _find_foreign(name):
        raise SenderRefused(f"A sender name can hold only the letters A to Z and digits, not “{foreign[0]}”.")
    if len(name) > MAX_NAME_CHARACTERS:
        raise SenderRefused(
            f"A sender name can have {MAX_NAME_CHARACTERS} letters and digits; this one has {len(name):,}."
        )
    return name


def _check_number(text: str, country: str) -> str:
    number = text.translate(_punctuation)
    if not re.fullmatch(r"\+?[0-9]+", number):
        raise SenderRefused("A sender is a name of letters and digits, or a number: this is neither.")
    abroad = re.fullmatch(r"(?:\+|00)+([0-9]+)", number)
    digits = abroad[1] if abroad else _with_country_code(number, country)
    if not MIN_NUMBER_DIGITS <= len(digits) <= MAX_NUMBER_DIGITS:
        counted = plural(len(digits), "digit")
        raise SenderRefused(
            f"A number can have {MIN_NUMBER_DIGITS} to {MAX_NUMBER_DIGITS} digits; this one has {counted}."
        )
    if digits.startswith("0"):
        raise SenderRefused(
            "This number is not complete. Type it with its country code, such as 447400123456."
        )
    return digits


def _with_country_code(digits: str, country: str) -> str:
    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return digits
    if not phonenumbers.is_valid_number(number):
        return digits
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
