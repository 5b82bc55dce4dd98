"""A list of made-up people as clinics keep them, the same each time."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook

HEADINGS = ("First name", "Mobile", "Date", "Surgery", "Notes")
TEXT = (
    "Dear ((first name)), your appointment is on ((date)). Reply CANCEL if you cannot come. Riverside Surgery"
)

_NAMES = ("Ada", "Sam", "Vic", "Mallory", "Zoë", "O'Brien", "Agnieszka", "Mohammed", "Li", "Björk")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_FORMS = (
    "07{}", "07{}", "07{}", "+44 7{}", "447{}", "+447{}", "7{}", "07{} ", "0044 7{}", "+44 (0)7{}",
)  # fmt: skip
_INVALID = ("n/a", "4.474E+11", "", "0207 946 {:04d}", "07400 {:05d}", "07400 {:05d}O")
_INVALID_SHARE = 0.02
_DUPLICATE_SHARE = 0.02


def people(rows: int, *, seed: int = 8) -> Iterator[tuple[str, ...]]:
    """Yield `rows` people; 2 % have the number of somebody before them, 2 % none that can be texted."""
    dice = random.Random(seed)
    for at in range(rows):
        is_duplicate = at > 0 and dice.random() < _DUPLICATE_SHARE
        number = _number(dice.randrange(at) if is_duplicate else at, dice)
        clock = f"{dice.randint(9, 17)}:{dice.choice(('00', '15', '30'))}"
        day = f"{dice.choice(_WEEKDAYS)} {dice.randint(1, 28)} March at {clock}"
        note = "wheelchair, ground floor" if at % 5 else ""
        yield dice.choice(_NAMES), number, day, f"Surgery {at % 7}", note


def _number(subscriber: int, dice: random.Random) -> str:
    if dice.random() < _INVALID_SHARE:
        return dice.choice(_INVALID).format(dice.randrange(10_000))
    digits = f"{400 + subscriber // 1_000_000:03d}{subscriber % 1_000_000:06d}"
    spaced = f"{digits[:3]} {digits[3:]}" if dice.random() < 0.3 else digits
    return dice.choice(_FORMS).format(spaced)


def write_csv(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows(people(rows))


def write_xlsx(path: Path, rows: int) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("People")
    sheet.append(HEADINGS)
    for name, number, *rest in people(rows):
        plain = number.replace(" ", "")
        sheet.append((name, int(plain) if plain.startswith(("7", "447")) else number, *rest))
    book.save(path)
