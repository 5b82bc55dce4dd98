"""`make bench`: runs every module of this package that has a `measure` and prints a table.

    python -m tests.bench [NAME ...]     only the modules so named

Exits 1 when a target is missed.
A module's `measure()` yields a `Measurement` for each target. To add a bench, add a module.
"""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import iter_modules

from tests import bench
from tests.bench.measurement import Measurement


def main(names: list[str]) -> int:
    missed = 0
    print(f"{'bench':<14}{'what':<64}{'measured':>24}{'target':>20}")
    for name, measurement in _measurements(names):
        missed += not measurement.is_met
        verdict = "" if measurement.is_met else "  MISSED"
        print(
            f"{name:<14}{measurement.what:<64}{measurement.measured:>24}{measurement.target:>20}{verdict}",
            flush=True,
        )
    print("every target is met" if not missed else f"{missed} missed")
    return 1 if missed else 0


def _measurements(names: list[str]) -> Iterator[tuple[str, Measurement]]:
    for module in iter_modules(bench.__path__):
        chosen = module.name in names if names else not module.name.startswith("__")
        measure = getattr(import_module(f"tests.bench.{module.name}"), "measure", None) if chosen else None
        for measurement in _of(measure) if measure else ():
            yield module.name, measurement


def _of(measure: Callable[[], Iterator[Measurement]]) -> Iterator[Measurement]:
    """One that breaks is a target missed: the others are measured all the same."""
    try:
        yield from measure()
    except Exception as error:
        yield Measurement(f"{type(error).__name__}: {error}"[:120], "broke", "", False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
