"""What a bench reports, and how time and memory are taken."""

import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Measurement:
    """One line of the table; both figures come with their unit."""

    what: str
    measured: str
    target: str
    is_met: bool


def at_least(what: str, measured: float, target: float, unit: str) -> Measurement:
    return Measurement(what, _figure(measured, unit), f">= {target:g}{unit}", measured >= target)


def at_most(what: str, measured: float, target: float, unit: str) -> Measurement:
    return Measurement(what, _figure(measured, unit), f"<= {target:g}{unit}", measured <= target)


def _figure(measured: float, unit: str) -> str:
    """Of ratios the second digit counts."""
    return f"{measured:.{2 if unit.startswith('x') else 1}f}{unit}"


def just(what: str, measured: float, unit: str) -> Measurement:
    """A figure without a target."""
    return Measurement(what, f"{measured:.2f}{unit}", "", True)


def fastest(runs: int, *works: Callable[[], object]) -> list[float]:
    """Return the processor seconds of each work's fastest run; they take turns, so that noise meets all."""
    seconds = [float("inf")] * len(works)
    for _ in range(runs):
        for at, work in enumerate(works):
            gc.collect()
            started = time.process_time()
            work()
            seconds[at] = min(seconds[at], time.process_time() - started)
    return seconds


def in_a_process_of_its_own(module: str, *arguments: str) -> dict[str, Any]:
    """Run `python -m module`, which prints one JSON object last, and return it."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, check=True, text=True
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def processor_seconds() -> float:
    """What this process and its children that have ended took of the processor."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_megabytes() -> float:
    """The most memory this process has held. Not ru_maxrss, which a new process inherits from its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
