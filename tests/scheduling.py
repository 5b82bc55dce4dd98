"""Which test worker gets which tests, and in which order.

The marks of pytest-xdist's own loadgroup do nothing under pytest 9: 3.8 writes them where it no longer
looks. And a browser, a house and a rehearsal of its own for every worker take ten seconds.
"""

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
BROWSER = re.compile(r"(?:^|/)browser/test_")
KILLS = re.compile(r"(?:^|/)faults/test_kills\.py")
# Drills mostly wait: one after the other beside those who work, and not beside each other.
DRILLS = re.compile(r"(?:^|/)faults/test_(change_kills|\w+_drill)\.py")


class Scheduling(LoadScopeScheduling):
    """Files that set up much stay on one worker, all with the rehearsal on one; others go anywhere."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if DRILLS.search(file):
            return "drills"
        if BROWSER.search(file) and "rehearsal: Rehearsal" in _text_of(file):
            return "rehearsal"
        return file if _is_kept_together(file) else nodeid


def turn(nodeid: str) -> int:
    """What takes long comes first, so that at the end no worker waits for another."""
    file = nodeid.partition("::")[0]
    if DRILLS.search(file) or KILLS.search(file):
        return 0
    return 1 if _is_kept_together(file) else 2


def _is_kept_together(file: str) -> bool:
    return bool(BROWSER.search(file) or KILLS.search(file)) or 'scope="module"' in _text_of(file)


@cache
def _text_of(file: str) -> str:
    return (ROOT / file).read_text()
