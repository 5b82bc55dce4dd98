"""What people are called, by the lists that were sent to: taken by the worker, beside the sending."""

from functools import partial
from time import monotonic, sleep

from sqlite_utils import Database

from webapp.messaging.names import find_name_columns, read_name
from webapp.store import known_names
from webapp.store.batches import get_batch
from webapp.store.connection import MAKES_WAY_SECONDS

SECONDS_A_ROUND = 0.2
"""Texts that are to go wait no longer for it."""


def take_names(db: Database) -> None:
    """Go on with the latest batch that is not done; what is left is for the next round."""
    deadline = monotonic() + SECONDS_A_ROUND
    while (batch_id := known_names.next_to_take(db)) is not None:
        _take_from(db, batch_id, deadline=deadline)
        if monotonic() > deadline:
            return


def _take_from(db: Database, batch_id: int, *, deadline: float) -> None:
    batch = get_batch(db, batch_id)
    choices = find_name_columns(batch.headers, number_column=batch.number_column) if batch else ()
    if batch is None or not choices:
        known_names.end_taking(db, batch_id)
        return
    while known_names.take_some(db, batch, partial(read_name, choices=choices)):
        # Whoever waits to write has their turn.
        sleep(MAKES_WAY_SECONDS)
        if monotonic() > deadline:
            return
