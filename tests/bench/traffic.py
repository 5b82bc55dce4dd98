"""Made-up traffic of a year, as a clinic with two other programs would have it; the same each time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, NamedTuple

OUR_NUMBER = "447400123400"
SENDERS = ("Textdesk", "ElmStreet", "Riverside", OUR_NUMBER, "Pharmacy")
TAGS = (
    *("reminder", "recall", "results", "flu-2026", "survey", "rota", "parking", "prescription"),
    *("newsletter", "dental", "physio", "closing"),
)
KEYWORDS = ("FLU", "YES", "SURVEY", "HELP", "RING")
COMMON_WORD = "appointment"
"""Stands in most texts."""
RARE_WORD = "chrysanthemum"
"""Stands in one text of twenty thousand, and in a page of them in a small record."""
_WORDS = (
    *("yes", "no", "please", "thank", "you", "tuesday", "thursday", "cannot", "come", "late", "bus"),
    *("doctor", "nurse", "tablets", "blood", "test", "result", "ring", "me", "tomorrow", "morning"),
    *("address", "changed", "repeat", "prescription", "collect", "pain", "better", "worse", "knee"),
    *("hospital", "surgery", "number", "wrong", "flu", "jab", "parking", "lift", "home", "visit", "urgent"),
)
_NAMES = ("Ada", "Sam", "Vic", "Mallory", "Zoë", "O’Brien", "Agnieszka", "Mohammed", "Li", "Björk")
_FAILURES = (
    ("UNDELIVERABLE", "5001", "Number does not exist", True),
    ("UNDELIVERABLE", "3001", "Handset switched off or out of coverage", False),
    ("UNDELIVERABLE", "3004", "Handset memory full", False),
    ("UNDELIVERABLE", "5003", "Number barred", True),
    ("UNDELIVERABLE", "5007", "Number ported, network unknown", None),
    ("EXPIRED", "3001", "Handset switched off or out of coverage", False),
    ("EXPIRED", "3002", "Network busy", False),
    ("REJECTED", "4001", "Sender is not allowed", True),
    ("REJECTED", "", "", None),
)
_SHARE_NEVER_REPORTED = 0.01
_STILL_UNDERWAY = timedelta(hours=2)


class Way(IntEnum):
    """How a text came into the record."""

    CAME_IN = 0
    OF_BATCH = 1
    SINGLE = 2
    OTHER_PROGRAM = 3


class Text(NamedTuple):
    """One text; made a million times, so it is a tuple. `failure`: code, details, whether for good."""

    row_id: int
    message_id: str
    way: Way
    status: str
    sender: str
    destination: str
    content: str
    tag: str | None
    keyword: str | None
    at: datetime
    modified_at: datetime
    failure: tuple[str, str, bool | None] | None


@dataclass(frozen=True, slots=True)
class Mix:
    """What a record is made of. `ways`: the shares of each Way, in percent; `largest`: that of one batch."""

    ways: tuple[int, ...] = (18, 55, 15, 12)
    failed: float = 0.05
    largest: float = 0.1
    opt_outs: float = 0.005


USUAL = Mix()


@dataclass(frozen=True, slots=True)
class Scale:
    """How many of each there are beside `messages` texts; never too few for two pages of a list.

    `people`: who is texted; a quarter of them text back. `waiting`: conversations that wait unread.
    """

    messages: int
    days: int
    mix: Mix = USUAL

    @property
    def people(self) -> int:
        return max(self.messages // 12, 600)

    @property
    def texters(self) -> int:
        return self.people // 4

    @property
    def batches(self) -> int:
        return max(self.messages // 600, 110)

    @property
    def to_come(self) -> int:
        return max(self.messages // 1000, 110)

    @property
    def opt_outs(self) -> int:
        return max(int(self.messages * self.mix.opt_outs), 110)

    @property
    def audit(self) -> int:
        """Entries of the audit trail."""
        return max(self.messages // 8, 220)

    @property
    def waiting(self) -> int:
        return max(self.messages // 5000, 30)

    @property
    def share_failed(self) -> float:
        """A small record has enough failed texts for two pages, too."""
        return max(self.mix.failed, min(120 / max(self.messages, 1), 0.5))

    @property
    def between_rare_words(self) -> int:
        return max(min(self.messages // 110, 20_000), 1)


def number_of(person: int) -> str:
    """Of everybody another one, with digits as mixed as those of real numbers."""
    return f"4474{(person * 48_271 + 12_345_678) % 100_000_000:08d}"


def traffic(scale: Scale, *, now: datetime, seed: int = 5) -> Iterator[Text]:
    """The oldest first; the last is a moment ago."""
    dice = random.Random(seed)
    step = timedelta(days=scale.days) / max(scale.messages, 1)
    ways = dice.choices(tuple(Way), weights=scale.mix.ways, k=scale.messages)
    for row_id, way in enumerate(ways, start=1):
        at = now - step * (scale.messages - row_id) - timedelta(seconds=1)
        yield _text(dice, scale, row_id, way, at, now)


def _text(dice: random.Random, scale: Scale, row_id: int, way: Way, at: datetime, now: datetime) -> Text:
    came_in = way is Way.CAME_IN
    person = number_of(dice.randrange(scale.texters if came_in else scale.people))
    status, failure = ("INCOMING", None) if came_in else _outcome(dice, scale, now - at)
    words = _words(dice, came_in)
    if row_id % scale.between_rare_words == 0:
        words += f" {RARE_WORD}"
    return Text(
        row_id=row_id,
        message_id=f"{int(at.timestamp()):08x}{row_id:016x}",
        way=way,
        status=status,
        sender=person if came_in else dice.choices(SENDERS, weights=(50, 20, 15, 10, 5))[0],
        destination=OUR_NUMBER if came_in else person,
        content=words,
        tag=None if came_in or dice.random() < 0.4 else TAGS[min(int(dice.expovariate(0.4)), 11)],
        keyword=dice.choice(KEYWORDS) if came_in and dice.random() < 0.2 else None,
        at=at,
        modified_at=min(at + timedelta(seconds=dice.randint(1, 90)), now),
        failure=failure,
    )


def _words(dice: random.Random, came_in: bool) -> str:
    if came_in:
        return " ".join(dice.choices(_WORDS, k=dice.randint(1, 14)))
    day = f"{dice.randint(1, 28)} March at {dice.randint(9, 17)}:{dice.choice(('00', '15', '30'))}"
    tail = " ".join(dice.choices(_WORDS, k=dice.randint(0, 6)))
    return f"Dear {dice.choice(_NAMES)}, your {COMMON_WORD} is on {day}. Reply to change it. {tail}"


def _outcome(dice: random.Random, scale: Scale, age: timedelta) -> tuple[str, Any]:
    chance = dice.random()
    if chance < scale.share_failed:
        status, *failure = dice.choices(_FAILURES, weights=(30, 25, 5, 5, 5, 15, 5, 6, 4))[0]
        return status, tuple(failure)
    is_open = age < _STILL_UNDERWAY and dice.random() < 0.2
    return ("SENT" if is_open or chance > 1 - _SHARE_NEVER_REPORTED else "DELIVERED"), None
