"""What the worker's log says of a provider that is away."""

import pytest
from sqlite_utils import Database

from webapp.sandbox import Fault, FaultKind, Sandbox
from webapp.worker import Worker


def test_what_is_put_off_is_said_once_and_when_it_goes_on(
    worker: Worker, db: Database, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "textdesk.worker")
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, times=None))
    for _ in range(3):
        worker.last_run.clear()
        worker.round(db)
    sandbox.faults.clear()
    worker.last_run.clear()
    worker.round(db)

    said = [record.getMessage() for record in caplog.records if record.name == "textdesk.worker"]
    assert [line for line in said if line.startswith("credits")] == [
        "credits put off: ProviderFault",
        "credits goes on",
    ]
