from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.scene import Scene, scene_on_monday


@pytest.fixture
def scene(staffed_database: Path, tmp_path: Path) -> Iterator[Scene]:
    """Time stands still until the test lets it pass."""
    with scene_on_monday(staffed_database, tmp_path, tick=False) as scene:
        yield scene


@pytest.fixture
def ticking_scene(staffed_database: Path, tmp_path: Path) -> Iterator[Scene]:
    """Time goes by as it does, from Monday morning."""
    with scene_on_monday(staffed_database, tmp_path, tick=True) as scene:
        yield scene
