"""`python -m tests.mutations`: break one line after the other in a copy, and see that tests notice each."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from tests.mutations.table import MUTATIONS, Mutation
from webapp.config import ROOT

PARTS = ("webapp", "templates", "static", "tests", "docs", "pyproject.toml", "wsgi.py")
COPIES = 2
LONGEST_SECONDS = 300
PASSED, FAILED = 0, 1


def main() -> int:
    """0 if every mutation was caught."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(COPIES) as threads:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(COPIES):
            copies.put(_copy(Path(folder) / str(number)))
        if not _is_green(copies.get(), sorted({each.tests for each in MUTATIONS})):
            print("The tests fail without any mutation: nothing can be learned.")
            return 1
        copies.put(Path(folder) / "0")
        verdicts = list(threads.map(lambda mutation: _verdict(copies, mutation), MUTATIONS))
    _show(verdicts)
    return 0 if all(verdict == "caught" for verdict in verdicts) else 1


def _copy(target: Path) -> Path:
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / part)
    (target / "instance").mkdir()
    return target


def _is_green(copy: Path, tests: list[str]) -> bool:
    done = _run(copy, tests)
    if done.returncode != PASSED:
        print(done.stdout[-3000:])
    return done.returncode == PASSED


def _verdict(copies: "SimpleQueue[Path]", mutation: Mutation) -> str:
    copy = copies.get()
    try:
        with _mutated(copy / mutation.file, mutation):
            code = _run(copy, [mutation.tests]).returncode
    except subprocess.TimeoutExpired:
        return "caught"
    finally:
        copies.put(copy)
    return {FAILED: "caught", PASSED: "SURVIVED"}.get(code, f"NOT RUN ({code})")


@contextmanager
def _mutated(path: Path, mutation: Mutation) -> Iterator[None]:
    whole = path.read_text()
    path.write_text(whole.replace(mutation.line, mutation.broken))
    try:
        yield
    finally:
        path.write_text(whole)


def _run(copy: Path, tests: list[str]) -> "subprocess.CompletedProcess[str]":
    # No bytecode: two versions of a file within a second, and of one size, would look the same.
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=LONGEST_SECONDS)


def _show(verdicts: list[str]) -> None:
    width = max(len(each.breaks) for each in MUTATIONS)
    for mutation, verdict in zip(MUTATIONS, verdicts, strict=True):
        print(f"{mutation.breaks:{width}}  {verdict:9} {mutation.file} by {mutation.tests}")
    print(f"{verdicts.count('caught')} of {len(verdicts)} mutations were caught")


if __name__ == "__main__":
    sys.exit(main())
