"""What messages are looked up in: indexes of words, of numbers, and of metadata; and what these are asked."""

import re
from dataclasses import dataclass

MOST_WORDS = 10
# The index holds every three characters in a row: fewer cannot be looked up in it.
SHORTEST_PART = 3
# Of a longer part the last digits find few, the first ones nearly everybody: they are compared afterwards.
LONGEST_PART = 5
METADATA = "message_metadata"
# As the indexes of what failed have it, word for word.
FAILED = " AND messages.status IN ('UNDELIVERABLE', 'EXPIRED', 'REJECTED')"


# An accent may stand apart from its letter, as one that has no letter of its own does: ọ̀. The index drops it.
_WORD = re.compile(r"\w[\w\u0300-\u036f]*")


def words_of(typed: str) -> list[str]:
    """What is looked up of it."""
    return _WORD.findall(typed)[:MOST_WORDS]


def query_of(typed: str) -> str:
    """FTS5's language has operators; what people type has none: every word in quotes, all of them wanted."""
    return " ".join(f'"{word}"' for word in words_of(typed))


def query_of_part(number_part: str) -> str | None:
    """What the index of numbers is asked; None if it holds nothing so short."""
    return f'"{number_part[-LONGEST_PART:]}"' if len(number_part) >= SHORTEST_PART else None


@dataclass(frozen=True, slots=True)
class Index:
    """A table that has messages by something: what is asked of it, and its column with their rows.

    `told` is the index of the table by which SQLite is to go.
    """

    table: str
    asked: str
    row: str
    told: str = ""


def index_of_text(table: str) -> Index:
    """FTS5's; it is asked for :query."""
    return Index(table, f"{table} MATCH :query", f"{table}.rowid")


def index_of_pair(
    metadata: tuple[str, str | None] | None, *, name: str = METADATA, is_failed: bool = False
) -> Index:
    """It is asked for :key, and for :value unless any will do; `name` is what its table is called there.

    `is_failed`: only what failed is looked for.
    """
    asked, row_id = f"{name}.key = :key", f"{name}.id"
    has_value = metadata is not None and metadata[1] is not None
    if has_value:
        asked += f" AND {name}.value = :value"
    if is_failed:
        asked += FAILED.replace("messages.", f"{name}.")
        index = "message_metadata_failed" if has_value else "message_metadata_failed_of_key"
        return Index(METADATA, asked, row_id, told=f" INDEXED BY {index}")
    return Index(METADATA, asked, row_id, told=" INDEXED BY message_metadata_by_value" if has_value else "")
