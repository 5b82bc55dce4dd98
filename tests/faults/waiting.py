import threading
import time
from collections.abc import Callable

LOOK_EVERY_SECONDS = 0.02


def until(condition: Callable[[], object], *, within: float) -> None:
    """Wait for a condition, for at most `within` seconds. Raises TimeoutError."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not come about within {within} seconds")
        threading.Event().wait(LOOK_EVERY_SECONDS)
