from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.scene import Scene, moving_scene


@pytest.fixture
def scene(staffed_database: Path, tmp_path: Path) -> Iterator[Scene]:
    with moving_scene(staffed_database, tmp_path) as scene:
        yield scene
