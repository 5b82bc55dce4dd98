"""The drill of restore_drill.py in short: its full size is for a person to run."""

import os
from pathlib import Path

from tests.faults.restore_drill import run_drill


def test_a_backup_taken_under_load_restores_to_nothing_lost_and_nothing_twice(tmp_path: Path) -> None:
    """TEXTDESK_DRILL_RESTORE makes it longer; `python -m tests.faults.restore_drill` prints the figures."""
    tally = run_drill(tmp_path, texts=int(os.environ.get("TEXTDESK_DRILL_RESTORE", "30")))
    assert tally.is_well, tally.table()
    assert tally.known, tally.table()
    assert tally.since, tally.table()
    assert tally.replies, tally.table()
