"""An audit trail as the staff of a clinic would leave it; the same each time."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from webapp.store.audit_chain import Head, hash_of
from webapp.store.connection import json_text, time_text

PEOPLE = ((1, "admin"), (2, "sam"), (3, "vic"), (None, "Textdesk"), (None, "Command line"))
ACTIONS = (
    *("composed a text", "confirmed a text", "marked texts read", "exported messages", "exported the inbox"),
    *("signed in", "signed out", "added opt-outs", "confirmed a batch", "exported failed texts"),
)
OFTEN_DONE, OFTEN_DOING = ACTIONS[1], PEOPLE[1][1]
SELDOM_DONE, SELDOM_DOING = ACTIONS[-1], PEOPLE[-1][1]


def entries(count: int, *, after: Head, days: int, now: datetime) -> Iterator[dict[str, Any]]:
    """The oldest first, each chained to the one before; of the subjects each has a few entries."""
    dice = random.Random(17)
    previous = after.hash
    for number in range(1, count + 1):
        user_id, name = dice.choices(PEOPLE, weights=(10, 60, 20, 9.5, 0.5))[0]
        entry = {
            "id": after.entries + number,
            "at": time_text(now - timedelta(days=days) * (count - number) / count),
            "user_id": user_id,
            "user_name": name,
            "action": dice.choices(ACTIONS, weights=(30, 30, 20, 5, 4, 4, 4, 2, 0.9, 0.1))[0],
            "subject": f"d{dice.randrange(1, max(count // 4, 2))}",
            "details": json_text({"texts": dice.randint(1, 9)}),
        }
        previous = hash_of(list(entry.values()), previous=previous)
        yield {**entry, "hash": previous}
