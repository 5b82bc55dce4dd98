from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from webapp.sandbox import Sandbox, create_sandbox

from .client import Api, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def naps() -> list[float]:
    """The seconds that faults have waited, instead of waiting."""
    return []


@pytest.fixture
def sandbox(tmp_path: Path, clock: Clock, naps: list[float]) -> Iterator[Sandbox]:
    database = tmp_path / "sandbox.db"
    with closing(create_sandbox(database=database, clock=clock, sleep=naps.append)) as sandbox:
        yield sandbox


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    with closing(Api(sandbox)) as api:
        yield api
