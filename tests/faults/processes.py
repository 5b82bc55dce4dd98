"""Real processes that can be killed at any moment, started from a server that has everything imported.

Each is a fork that runs what its command line would run; only imports and compiled templates are shared,
which take most of the time of a start.
"""

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path

from webapp.config import ROOT
from webapp.store.connection import open_database
from webapp.store.migrating import migrate

CONTEXT = multiprocessing.get_context("forkserver")
# pytest, because a new process imports what its parent was started with.
CONTEXT.set_forkserver_preload(["webapp.cli", "pytest", "tests.faults.forkserver", __name__])
END_WITHIN_SECONDS = 30


class Program:
    """`flask --app wsgi ...`, or what `run` does, as a process. After `kill` it can be started again."""

    def __init__(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        run: Callable[[Sequence[str], Mapping[str, str], str], None] | None = None,
    ) -> None:
        self._arguments = (tuple(words), dict(environment), str(log))
        self._run = run or run_flask
        self._lock = threading.Lock()
        self._process: ForkServerProcess | None = None
        self.kills = 0

    def start(self) -> None:
        with self._lock:
            self._process = CONTEXT.Process(target=self._run, args=self._arguments, daemon=True)
            self._process.start()

    def run_to_end(self) -> int:
        """Start it and wait until it ends by itself; its exit status."""
        self.start()
        process = self._process
        assert process is not None
        process.join(END_WITHIN_SECONDS)
        assert process.exitcode is not None, "it does not end"
        return process.exitcode

    @property
    def pid(self) -> int | None:
        """None while it is dead."""
        with self._lock:
            return self._process.pid if self._process else None

    def kill(self, pid: int | None = None) -> bool:
        """SIGKILL, and wait until it is gone. False if it is gone already, or is another one than `pid`."""
        with self._lock:
            if self._process is None or pid not in (None, self._process.pid):
                return False
            self._process.kill()
            self._process.join(END_WITHIN_SECONDS)
            assert self._process.exitcode is not None
            self._process = None
            self.kills += 1
            return True


class Keeper:
    """Starts programs again as soon as they are dead, as an operator's service manager does."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self._programs = programs
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep)
        self._thread.start()

    def __enter__(self) -> "Keeper":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the programs for good."""
        self._stopping.set()
        self._thread.join()
        for program in self._programs:
            program.kill()

    def _keep(self) -> None:
        while not self._stopping.wait(0.01):
            for program in self._programs:
                if program.pid is None:
                    program.start()


def run_flask(words: Sequence[str], environment: Mapping[str, str], log: str) -> None:
    settle_in(environment, log)
    _obey(words)


def run_flask_with_errors_apart(words: Sequence[str], environment: Mapping[str, str], log: str) -> None:
    settle_in(environment, log)
    os.dup2(os.open(errors_beside(Path(log)), os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    _obey(words)


def errors_beside(log: Path) -> Path:
    return log.with_suffix(".errors")


def _obey(words: Sequence[str]) -> None:
    sys.argv = ["flask", "--app", "wsgi", *words]
    from flask.cli import main

    main()


def settle_in(environment: Mapping[str, str], log: str) -> None:
    """What a process does first: it lives in the house's folder, and writes into its log."""
    os.chdir(ROOT)
    os.environ.update(environment)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)


def migrate_together(path: Path, together: Barrier) -> None:
    """Open a database that may not be there yet, at the same moment as others, and use it."""
    together.wait()
    db = open_database(path, create=True)
    migrate(db)
    db.conn.execute("SELECT * FROM outbox, messages").fetchall()
    db.close()
