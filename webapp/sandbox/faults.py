"""Faults set for a number of calls: what goes wrong, before or after the call has done its work."""

import dataclasses
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ConnectionDropped(ConnectionError):
    """Tells whoever runs the application to close the connection without (the rest of) a reply."""


class FaultKind(StrEnum):
    DELAY = "delay"
    DROP = "drop"
    TOO_MANY = "too_many"
    SERVER_ERROR = "server_error"
    HTML = "html"
    WRONG_STATUS = "wrong_status"
    TRUNCATED = "truncated"
    CUT_OFF = "cut_off"
    SLOW_DRIP = "slow_drip"


class When(StrEnum):
    """BEFORE: nothing has been stored. AFTER: everything has been stored, only the reply suffers."""

    BEFORE = "before"
    AFTER = "after"


SPOILS_A_REPLY = frozenset(
    {FaultKind.WRONG_STATUS, FaultKind.TRUNCATED, FaultKind.CUT_OFF, FaultKind.SLOW_DRIP}
)


class FaultRefused(ValueError):
    """A fault that makes no sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong.

    operation, path: only calls of this operation, or whose path starts so; empty means any.
    times: how many calls suffer; None means every one until cleared.
    probability, seed: each matching call suffers with this probability, the same calls for the same seed.
    seconds: the length of a delay or of a whole slow drip.
    status: of SERVER_ERROR (default 500), HTML (502) and WRONG_STATUS (500).
    retry_after: the seconds that TOO_MANY names, None for no header.
    """

    kind: FaultKind
    when: When = When.BEFORE
    operation: str = ""
    path: str = ""
    times: int | None = 1
    probability: float = 1.0
    seed: int = 0
    seconds: float = 1.0
    status: int | None = None
    retry_after: int | None = 1

    def __post_init__(self) -> None:
        if self.times is not None and self.times < 1:
            raise FaultRefused("times must be 1 or more, or null for every call.")
        if not 0 < self.probability <= 1:
            raise FaultRefused("probability must be above 0 and at most 1.")
        if self.seconds < 0 or (self.retry_after or 0) < 0:
            raise FaultRefused("seconds and retry_after cannot be negative.")
        if self.status is not None and not 200 <= self.status <= 599:
            raise FaultRefused("status must be from 200 to 599.")

    @property
    def comes_after(self) -> bool:
        return self.when is When.AFTER or self.kind in SPOILS_A_REPLY


@dataclass(slots=True)
class _SetFault:
    fault: Fault
    left: int | None
    dice: random.Random = field(repr=False)

    def hits(self, operation: str, path: str) -> bool:
        fault = self.fault
        if fault.operation not in ("", operation) or not path.startswith(fault.path):
            return False
        return fault.probability >= 1 or self.dice.random() < fault.probability


class FaultBoard:
    """The faults that are set, oldest first; a call suffers the first that hits it. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set: list[_SetFault] = []

    def add(self, fault: Fault) -> None:
        dice = random.Random(fault.seed)  # noqa: S311 - repeatable drills, not secrets
        with self._lock:
            self._set.append(_SetFault(fault, fault.times, dice))

    def clear(self) -> None:
        with self._lock:
            self._set.clear()

    def pending(self) -> tuple[Fault, ...]:
        """Those still set, each with the number of calls it has left."""
        with self._lock:
            return tuple(dataclasses.replace(entry.fault, times=entry.left) for entry in self._set)

    def take(self, operation: str, path: str) -> Fault | None:
        """The fault this call suffers, counted as used."""
        with self._lock:
            hit = next((entry for entry in self._set if entry.hits(operation, path)), None)
            if hit is None:
                return None
            if hit.left is not None:
                hit.left -= 1
                if not hit.left:
                    self._set.remove(hit)
            return hit.fault


def read_fault(body: object) -> Fault:
    """A Fault from its JSON object. Raises FaultRefused."""
    if not isinstance(body, Mapping):
        raise FaultRefused("A fault is a JSON object.")
    known = {entry.name for entry in dataclasses.fields(Fault)}
    if unknown := sorted(set(body) - known):
        raise FaultRefused(f"A fault has no {', '.join(unknown)}. It has: {', '.join(sorted(known))}.")
    values: dict[str, Any] = dict(body)
    try:
        values["kind"] = FaultKind(values.get("kind", ""))
        values["when"] = When(values.get("when", When.BEFORE))
        return Fault(**values)
    except (TypeError, ValueError) as error:
        raise FaultRefused(str(error)) from error
