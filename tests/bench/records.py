"""The large records that benches share: made once a day, for they take minutes, and kept under .cache."""

from datetime import UTC, datetime
from pathlib import Path

from tests.bench.generate import generate
from tests.bench.traffic import USUAL, Mix
from webapp.config import ROOT

FOLDER = ROOT / ".cache" / "bench"


def kept_record(name: str, *, messages: int, mix: Mix = USUAL) -> Path:
    """A record that ends today; the one of another day is deleted. `make clean` deletes all of them."""
    path = FOLDER / f"{name}-{messages}-{datetime.now(UTC):%Y-%m-%d}.db"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        for old in FOLDER.glob(f"{name}-*"):
            old.unlink()
        begun = path.with_suffix(".begun")
        generate(begun, messages=messages, mix=mix)
        begun.rename(path)
    return path
