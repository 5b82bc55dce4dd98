"""Which test worker gets which tests.

The marks of pytest-xdist's own loadgroup do nothing under pytest 9: 3.8 writes them where it no longer
looks. And a browser, a house and a rehearsal of its own for every worker take ten seconds.
"""

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
KEPT_TOGETHER = re.compile(r"(?:^|/)(browser/test_\w+|faults/test_kills)\.py::")


class Scheduling(LoadScopeScheduling):
    """Files that set up much stay on one worker, all with the rehearsal on one; others go anywhere."""

    def _split_scope(self, nodeid: str) -> str:
        found = KEPT_TOGETHER.search(nodeid)
        if found is None:
            return nodeid
        return "rehearsal" if _looks_at_rehearsal(found[1]) else found[1]


@cache
def _looks_at_rehearsal(name: str) -> bool:
    return "rehearsal: Rehearsal" in (ROOT / "tests" / f"{name}.py").read_text()
