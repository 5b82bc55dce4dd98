"""Where tests keep their databases: in memory, where there is room.

The record waits for the disk at every commit, which no test is about (a killed process loses nothing that it
has handed to the system): a test of a day of rounds waits ten times as long as it works.
"""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own there
ENOUGH_BYTES = 1 << 30
PYTEST_ROOT = "PYTEST_DEBUG_TEMPROOT"


def keep_temporary_files_in_memory() -> None:
    """Have pytest make its folders there, unless somebody has said where."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH_BYTES:
        os.environ.setdefault(PYTEST_ROOT, str(MEMORY))
