"""The parts of a list: which call brings the text to which rows, and what that says about a row."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable

from sqlite_utils import Database

from webapp.messaging.status import StatusMeaning
from webapp.services.follow_scheduled import CANCELLED
from webapp.services.outcomes import describe
from webapp.store import calls
from webapp.store.batch_rows import BatchRow
from webapp.store.batches import Batch
from webapp.store.calls import Call, OutboxState


class Parts:
    """The calls of a batch in the order of its list."""

    def __init__(self, of_calls: Iterable[Call]) -> None:
        self.calls = tuple(of_calls)
        self._firsts = [call.first_position or 0 for call in self.calls]

    def call_of(self, row: BatchRow) -> Call | None:
        """The call that row goes in; None before the batch is confirmed."""
        at = bisect_right(self._firsts, row.position) - 1
        return self.calls[at] if at >= 0 else None

    def describe(self, row: BatchRow) -> StatusMeaning | None:
        """What the call says about a row whose text the provider has not reported on."""
        call = self.call_of(row)
        return None if call is None else describe(call, None)

    @property
    def texts_by_state(self) -> Counter[OutboxState]:
        """How many texts are in calls of each state."""
        texts: Counter[OutboxState] = Counter()
        for call in self.calls:
            texts[call.state] += call.message_count
        return texts

    @property
    def cancelled(self) -> int:
        """How many texts were scheduled and then kept from going."""
        return sum(call.message_count for call in self.calls if call.schedule_status == CANCELLED)

    @property
    def is_called_off(self) -> bool:
        """Whether nothing of it has gone or will go."""
        return all(
            call.schedule_status == CANCELLED or call.state is OutboxState.REFUSED for call in self.calls
        )


def parts_of(db: Database, batch: Batch) -> Parts:
    return Parts(calls.list_of_batch(db, batch.id))
