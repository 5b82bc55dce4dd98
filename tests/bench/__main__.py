"""`make bench`: runs every module of this package that has a `measure` and prints a table.

    python -m tests.bench [NAME ...]     only the modules so named

Exits 1 when a target is missed.
A module's `measure()` yields a `Measurement` for each target. To add a bench, add a module.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from tests import bench
from tests.bench.measurement import Measurement


def main(names: list[str]) -> int:
    missed = 0
    print(f"{'bench':<14}{'what':<52}{'measured':>16}{'target':>16}")
    for name, measurement in _measurements(names):
        missed += not measurement.is_met
        verdict = "" if measurement.is_met else "  MISSED"
        print(
            f"{name:<14}{measurement.what:<52}{measurement.measured:>16}{measurement.target:>16}{verdict}",
            flush=True,
        )
    print("every target is met" if not missed else f"{missed} missed")
    return 1 if missed else 0


def _measurements(names: list[str]) -> Iterator[tuple[str, Measurement]]:
    for module in iter_modules(bench.__path__):
        chosen = module.name in names if names else not module.name.startswith("__")
        measure = getattr(import_module(f"tests.bench.{module.name}"), "measure", None) if chosen else None
        for measurement in measure() if measure else ():
            yield module.name, measurement


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
