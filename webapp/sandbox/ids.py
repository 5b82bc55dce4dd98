"""Ids of messages, batches and scheduled items: 21 digits on the wire, whole numbers inside.

One sequence serves them all. It starts at the moment the file was made, so that a file made anew does not
hand out ids that a client still remembers.
"""

import re

from sqlite_utils import Database

IDS_A_MILLISECOND = 1_000_000
WIRE_PREFIX = "10"
WIRE_ID = re.compile(rf"{WIRE_PREFIX}(\d{{19}})", re.ASCII)
LARGEST = 2**63 - 1


def start_sequence(db: Database, now: int) -> None:
    db.execute(
        "INSERT INTO sequence SELECT ? WHERE NOT EXISTS (SELECT 1 FROM sequence)", [now * IDS_A_MILLISECOND]
    )


def take_ids(db: Database, count: int = 1) -> range:
    row = db.execute("UPDATE sequence SET next = next + ? RETURNING next", [count]).fetchone()
    return range(row[0] - count, row[0])


def wire_id(number: int) -> str:
    return f"{WIRE_PREFIX}{number:019d}"


def number_of(text: str) -> int:
    """The number behind an id on the wire; 0, which no row has, for anything else."""
    match = WIRE_ID.fullmatch(text)
    number = int(match.group(1)) if match else 0
    return number if number <= LARGEST else 0
