"""What the inbox costs: an unchanged poll against its floor, and lists and searches over a million texts.

    python -m tests.bench.inbox --texts 1000000

The floor of a poll is a Flask view that only loads the signed-in user by primary key.
"""

import argparse
import random
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from flask import Flask
from sqlite_utils import Database

from tests.bench.asking import Ask, timed
from tests.bench.floors import floor_app, user_floor
from tests.bench.measurement import Measurement, at_most, just
from tests.conftest import signed_in
from webapp.app import create_app, create_database
from webapp.config import Settings
from webapp.store import conversations, inbox_search, inbox_state, users
from webapp.store.connection import open_database, time_text, transaction
from webapp.store.inbox_search import InboxFilter
from webapp.store.users import Role

SECRET_KEY = "a secret for tests, and long enough"
NOW = datetime.now(UTC)
TEXTS_A_CONVERSATION = 5
FEW_TEXTS = 1000
# The pages themselves are measured over a million messages by `pages`.
USUAL_TEXTS = 200_000
POLLS = 2000
WAITING = 60
WORDS = (
    *(
        "yes",
        "no",
        "please",
        "thank",
        "you",
        "appointment",
        "tuesday",
        "thursday",
        "cannot",
        "come",
        "late",
        "bus",
    ),
    *("doctor", "nurse", "tablets", "blood", "test", "result", "ring", "me", "tomorrow", "morning", "mother"),
    *("address", "changed", "repeat", "prescription", "collect", "pain", "better", "worse", "knee", "letter"),
    *("hospital", "surgery", "number", "wrong", "flu", "jab", "parking", "lift", "home", "visit", "urgent"),
)
GIVEN = (
    ("Jane", "José", "Paweł", "Mohammed", "Ann", "Anna", "Annabel", "Priya", "Wei", "Olu"),
    tuple(f"Given{number}" for number in range(500)),
)
FAMILY = ("Okafor", "O'Connor", "Smith-Jones", *(f"Family{number}" for number in range(20_000)))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the bench: milliseconds, what they are measured against, and the most that is allowed."""

    name: str
    milliseconds: float
    against: str = ""
    ratio: float | None = None
    most: float | None = None

    @property
    def is_well(self) -> bool:
        return self.most is None or (self.ratio if self.ratio is not None else self.milliseconds) <= self.most

    def measurement(self) -> Measurement:
        if self.most is None:
            return just(self.name, self.milliseconds, " ms")
        if self.ratio is None:
            return at_most(self.name, self.milliseconds, self.most, " ms")
        measured, target = f"{self.ratio:.2f}x", f"<= {self.most:g}x {self.against}"
        return Measurement(self.name, measured, target, self.is_well)

    def text(self) -> str:
        ratio = f"{self.ratio:6.2f}x" if self.ratio is not None else " " * 7
        most = "" if self.most is None else f"at most {self.most:g}{'x' if self.ratio is not None else ' ms'}"
        return f"{self.name:<44} {self.milliseconds:8.2f} ms {ratio}  {self.against:<24} {most}"


def measure() -> Iterator[Measurement]:
    """For `make bench`."""
    yield from (row.measurement() for row in run())


def run(*, texts: int = USUAL_TEXTS) -> list[Row]:
    with tempfile.TemporaryDirectory() as directory:
        return [*_poll_rows(Path(directory)), *_record_rows(Path(directory), texts)]


def _poll_rows(directory: Path) -> list[Row]:
    path = directory / "poll.db"
    app, bare = _textdesk(path), floor_app(path)
    floor = _median(_requests(bare, user_floor(bare)))
    client = signed_in(app, "vic")
    cookie = client.get_cookie("textdesk")
    assert cookie is not None
    page = client.get("/inbox").text
    url = page.split('id="inbox_list"')[1].split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    headers = {"HX-Request": "true", "Cookie": f"textdesk={cookie.value}"}
    poll = _median(_requests(app, Ask(url, headers=headers, status=204)))
    return [
        Row("floor: load the signed-in user", floor),
        Row("unchanged poll of the inbox", poll, "the floor", poll / floor, 1.5),
    ]


def _textdesk(path: Path) -> Flask:
    settings = Settings(secret_key=SECRET_KEY, database=path, smsworks_url="http://127.0.0.1:9/v1")
    create_database(settings)
    with closing(open_database(path)) as db:
        if users.find_user(db, "vic") is None:
            users.add_user(db, name="vic", role=Role.VIEWER, password_hash="x", now=NOW)
    return create_app(settings)


def _requests(app: Flask, ask: Ask) -> Callable[[], object]:
    return lambda: timed(app, ask)[0]


def _median(ask: Callable[[], Any], times: int = POLLS) -> float:
    """Milliseconds; the request itself, without building what is asked."""
    for _ in range(times // 10):
        ask()
    return 1000 * statistics.median(ask() for _ in range(times))


def _record_rows(directory: Path, texts: int) -> list[Row]:
    found = []
    with (
        closing(_filled(directory / "few.db", FEW_TEXTS)) as few,
        closing(_filled(directory / "many.db", texts)) as many,
    ):
        against = f"{FEW_TEXTS:,} texts"
        for name, ask in _LISTS.items():
            little, much = _timed(ask, few), _timed(ask, many)
            found.append(Row(f"{name}, {texts:,} texts", much, against, much / little, 2.0))
        for name, ask in _SEARCHES.items():
            found.append(Row(f"{name}, {texts:,} texts", _timed(ask, many), most=50))
    return found


_LISTS: dict[str, Callable[[Database], object]] = {
    "who waits, a page": lambda db: conversations.list_waiting(db, limit=51),
    "read ones, a page": lambda db: conversations.list_read(db, limit=51),
    "a keyword, a page": lambda db: inbox_search.list_matching(db, InboxFilter(keyword="FLU"), limit=51),
    "a reply number, a page": lambda db: inbox_search.list_matching(
        db, InboxFilter(reply_number="447400123400"), limit=51
    ),
    "a span of days, a page": lambda db: inbox_search.list_matching(
        db, InboxFilter(since=NOW - timedelta(days=400), until=NOW - timedelta(hours=2)), limit=51
    ),
    "the version that a poll reads": inbox_state.read_state,
}
_SEARCHES: dict[str, Callable[[Database], object]] = {
    "search: a word in every fourth text": lambda db: inbox_search.list_with_words(
        db, "appointment", limit=51
    ),
    "search: two frequent words": lambda db: inbox_search.list_with_words(db, "tuesday bus", limit=51),
    "search: a frequent word and a rare one": lambda db: inbox_search.list_with_words(
        db, "appointment chrysanthemum", limit=51
    ),
    "search: two words that never meet": lambda db: inbox_search.list_with_words(db, "odd even", limit=51),
    "search: a rare word": lambda db: inbox_search.list_with_words(db, "chrysanthemum", limit=51),
    "search: a word nobody wrote": lambda db: inbox_search.list_with_words(db, "xylophone", limit=51),
    "search: a whole number": lambda db: inbox_search.list_with_number(db, "447400000123", limit=51),
    "search: the last four digits": lambda db: inbox_search.list_with_number(db, "0123", limit=51),
    "search: a name of one in twenty": lambda db: inbox_search.list_with_name(db, "jane", limit=51),
    "search: a name of one in twenty, and a rare one": lambda db: inbox_search.list_with_name(
        db, "jane oka", limit=51
    ),
    "search: a name of few": lambda db: inbox_search.list_with_name(db, "okafor", limit=51),
    "search: how half of all names begin": lambda db: inbox_search.list_with_name(db, "give", limit=51),
    "search: how all names begin": lambda db: inbox_search.list_with_name(db, "family", limit=51),
    "search: one letter of a name": lambda db: inbox_search.list_with_name(db, "f", limit=51),
    "search: a name nobody has": lambda db: inbox_search.list_with_name(db, "xylophone", limit=51),
}


def _timed(ask: Callable[[Database], object], db: Database, times: int = 21) -> float:
    def once() -> float:
        begun = perf_counter()
        ask(db)
        return perf_counter() - begun

    once()
    return 1000 * statistics.median(once() for _ in range(times))


def _filled(path: Path, texts: int) -> Database:
    """A record with so many texts that came in; in the first sixty conversations all is unread."""
    create_database(Settings(secret_key=SECRET_KEY, database=path))
    db = open_database(path)
    db.conn.execute("PRAGMA synchronous=OFF")
    dice = random.Random(7)
    with transaction(db):
        count = max(texts // TEXTS_A_CONVERSATION, 1)
        _add_conversations(db, count)
        db.conn.executemany(
            "INSERT INTO messages (id, message_id, status, sender, destination, content, created_at, "
            "read_at) VALUES (?, ?, 'INCOMING', ?, '447400123400', ?, ?, ?)",
            (_message(number, count, texts, dice) for number in range(1, texts + 1)),
        )
        _name_everybody(db, count, dice)
        db.conn.execute(
            "INSERT INTO inbound (message_row_id, conversation_id, received_at, is_dated, reply_number, "
            "keyword, read_at) SELECT messages.id, conversations.id, messages.created_at, 1, destination, "
            "CASE WHEN messages.id % 3 = 0 THEN 'FLU' ELSE '' END, "
            "CASE WHEN conversations.unread THEN NULL ELSE messages.created_at END "
            "FROM messages JOIN conversations ON conversations.number = messages.sender"
        )
        db.conn.execute(
            "UPDATE conversations SET (last_row_id, newest_row_id, last_at) = (SELECT MAX(message_row_id), "
            "MAX(message_row_id), MAX(received_at) FROM inbound WHERE conversation_id = conversations.id)"
        )
    return db


def _add_conversations(db: Database, count: int) -> None:
    stamp = time_text(NOW)
    db.conn.executemany(
        "INSERT INTO conversations (id, number, last_at, arrived_at, unread, waiting_since) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            (
                number,
                f"447400{number:06d}",
                stamp,
                stamp,
                number <= WAITING,
                stamp if number <= WAITING else None,
            )
            for number in range(1, count + 1)
        ),
    )


def _name_everybody(db: Database, count: int, dice: random.Random) -> None:
    """Every second is called by one of a few first names."""
    named = (
        (f"447400{number:06d}", f"{dice.choice(GIVEN[number % 2])} {dice.choice(FAMILY)}", time_text(NOW))
        for number in range(1, count + 1)
    )
    db.conn.executemany("INSERT INTO known_names (number, name, batch_id, at) VALUES (?, ?, 1, ?)", named)


def _message(number: int, conversation_count: int, texts: int, dice: random.Random) -> tuple[object, ...]:
    words = dice.choices(WORDS, k=dice.randint(3, 20))
    if number % (texts // 10 + 1) == 3:
        words.append("chrysanthemum")
    words.append("odd" if number % 2 else "even")
    at = time_text(NOW - timedelta(minutes=texts - number))
    sender = f"447400{number % conversation_count + 1:06d}"
    return number, f"m{number}", sender, " ".join(words), at, at


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--texts", type=int, default=1_000_000)
    found = run(texts=parser.parse_args().texts)
    print("\n".join(row.text() for row in found))
    raise SystemExit(0 if all(row.is_well for row in found) else 1)


if __name__ == "__main__":
    main()
