"""Why a number is refused, in words staff can act on."""

from enum import StrEnum


class NumberProblem(StrEnum):
    """What is wrong with a number, for counting and grouping; the words stand in NumberRefused.message."""

    EMPTY = "empty"
    TOO_SHORT = "too short"
    TOO_LONG = "too long"
    LETTERS = "letters"
    SYMBOLS = "symbols"
    EXTENSION = "extension"
    SEVERAL = "several numbers"
    SPREADSHEET_DAMAGE = "spreadsheet damage"
    UNKNOWN_COUNTRY = "unknown country"
    NOT_IN_USE = "not in use"
    LANDLINE = "landline"
    PREMIUM_RATE = "premium rate"
    PAGER = "pager"
    PERSONAL = "personal number"
    NOT_MOBILE = "not a mobile"


_MESSAGES = {
    NumberProblem.EMPTY: "Enter a mobile number.",
    NumberProblem.TOO_SHORT: "This number is too short ({digits}). Check whether some are missing.",
    NumberProblem.TOO_LONG: "This number is too long ({digits}). Abroad, start with + and the country code.",
    NumberProblem.LETTERS: "This has letters in it. Type digits only, and 0 rather than the letter O.",
    NumberProblem.SYMBOLS: "This is not a phone number. Type digits only, with + in front if it is abroad.",
    NumberProblem.EXTENSION: "This number has an extension, which texts cannot reach. Enter a mobile number.",
    NumberProblem.SEVERAL: "There is more than one number here. Put each on its own line.",
    NumberProblem.SPREADSHEET_DAMAGE: (
        "A spreadsheet shortened this number and its last digits are lost. "
        "Format the column as text there and copy it again."
    ),
    NumberProblem.UNKNOWN_COUNTRY: "No country has this code. Check the digits it starts with.",
    NumberProblem.NOT_IN_USE: "No phone has this number: its first digits are not in use. Check it.",
    NumberProblem.LANDLINE: "This is a landline. Texts go to mobiles only: ask for a mobile number.",
    NumberProblem.PREMIUM_RATE: "This is a premium-rate number. Texts go to mobiles only.",
    NumberProblem.PAGER: "This is a pager. Texts go to mobiles only: ask for a mobile number.",
    NumberProblem.PERSONAL: "This is a personal number (070), not a mobile. Ask for a mobile number.",
    NumberProblem.NOT_MOBILE: "This is not a mobile number. Texts go to mobiles only.",
}


class NumberRefused(ValueError):
    """A number no text can be sent to; `message` says what is wrong and what to do, without repeating it."""

    def __init__(self, problem: NumberProblem, *, digits: int = 0) -> None:
        counted = f"{digits:,} digit" if digits == 1 else f"{digits:,} digits"
        self.problem = problem
        self.message = _MESSAGES[problem].format(digits=counted)
        super().__init__(self.message)
