"""Which test worker gets which tests, and in which order.

The marks of pytest-xdist's own loadgroup do nothing under pytest 9: 3.8 writes them where it no longer
looks. And a browser, a house and a rehearsal of its own for every worker take ten seconds.
"""

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
KEPT_TOGETHER = re.compile(r"(?:^|/)(browser/test_\w+|faults/test_kills)\.py::")
# Drills mostly wait: one after the other beside those who work, and not beside each other.
DRILLS = re.compile(r"(?:^|/)faults/test_(change_kills|\w+_drill)\.py::")


class Scheduling(LoadScopeScheduling):
    """Files that set up much stay on one worker, all with the rehearsal on one; others go anywhere."""

    def _split_scope(self, nodeid: str) -> str:
        if DRILLS.search(nodeid):
            return "drills"
        found = KEPT_TOGETHER.search(nodeid)
        if found is None:
            return nodeid
        return "rehearsal" if _looks_at_rehearsal(found[1]) else found[1]


def turn(nodeid: str) -> int:
    """What takes long comes first, so that at the end no worker waits for another."""
    if DRILLS.search(nodeid) or "faults/test_kills" in nodeid:
        return 0
    return 1 if KEPT_TOGETHER.search(nodeid) else 2


@cache
def _looks_at_rehearsal(name: str) -> bool:
    return "rehearsal: Rehearsal" in (ROOT / "tests" / f"{name}.py").read_text()
