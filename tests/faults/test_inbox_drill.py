"""The drill of inbox_drill.py in short: its full size is for a person to run."""

from pathlib import Path

from tests.faults.inbox_drill import run_drill


def test_nothing_that_comes_in_is_lost_while_answers_are_and_the_worker_is_killed(tmp_path: Path) -> None:
    tally = run_drill(tmp_path, texts=600)
    assert (tally.received, tally.stored) == (600, 600), tally.table()
    assert (tally.missing, tally.twice) == (0, 0), tally.table()
    assert tally.kills > 0, tally.table()
