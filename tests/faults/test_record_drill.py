"""The drill of record_drill.py in short: its full size is for a person to run.

More in one second than a reply holds costs most of the drill's time; test_sync_log.py has that without kills.
"""

from pathlib import Path

from tests.faults.record_drill import run_drill


def test_record_and_provider_agree_after_a_day_of_failing_calls_and_kills(tmp_path: Path) -> None:
    tally = run_drill(tmp_path, texts=400, steps=24, bursts=0)
    assert tally.is_well, tally.table()
    assert tally.statuses == tally.messages > 400, tally.table()
    assert tally.failed_calls > 0 < tally.kills, tally.table()
