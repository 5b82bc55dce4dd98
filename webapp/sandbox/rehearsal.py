"""Calls that go wrong by the number they are for: endings 98 and 99."""

import threading

from .endings import ending_of
from .faults import ConnectionDropped

REMEMBERED_MILLISECONDS = 10 * 60 * 1000


class FirstAttempts:
    """Which numbers ending in 99 have lost an attempt that no second one has followed yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lost_at: dict[str, int] = {}

    def lose_if_first(self, destination: str, now: int) -> None:
        """Raises ConnectionDropped unless an attempt to this number was lost in the last ten minutes."""
        if not ending_of(destination).first_attempt_lost:
            return
        with self._lock:
            lost_at = self._lost_at.pop(destination, None)
            if lost_at is None or now - lost_at > REMEMBERED_MILLISECONDS:
                self._lost_at[destination] = now
                raise ConnectionDropped(f"the first attempt to {destination} is lost")

    def clear(self) -> None:
        with self._lock:
            self._lost_at.clear()


def lose_reply(destination: str) -> None:
    """Raises ConnectionDropped for a number ending in 98; the text must have been committed."""
    if ending_of(destination).reply_lost:
        raise ConnectionDropped(f"the reply about {destination} is lost")
