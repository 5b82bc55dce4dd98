"""Approvals on the record: one decision about one version."""

from datetime import UTC, datetime

import pytest
from sqlite_utils import Database

from webapp.store import approvals, batches
from webapp.store.approvals import Approval, ApprovalState
from webapp.store.batches import Batch, BatchState

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
SAM, ADA = 2, 1


@pytest.fixture
def batch(db: Database) -> Batch:
    return batches.add_batch(
        db, author_id=SAM, name="clinic.csv", file_name=None, now=NOW, state=BatchState.READY
    )


@pytest.fixture
def waiting(db: Database, batch: Batch) -> Approval:
    assert approvals.ask(db, batch, asked_by=SAM, now=NOW)
    found = approvals.find_waiting(db, batch.id)
    assert found is not None
    return found


def test_a_request_is_decided_about_once(db: Database, batch: Batch, waiting: Approval) -> None:
    assert approvals.end(db, waiting, ApprovalState.SENT_BACK, decided_by=ADA, now=NOW, reason="Thursday")
    assert not approvals.end(db, waiting, ApprovalState.APPROVED, decided_by=ADA, now=NOW)

    last = approvals.find_last(db, batch.id)
    assert last is not None
    assert (last.state, last.reason) == (ApprovalState.SENT_BACK, "Thursday")
    assert approvals.find_waiting(db, batch.id) is None


def test_a_version_waits_once(db: Database, batch: Batch, waiting: Approval) -> None:
    assert not approvals.ask(db, batch, asked_by=SAM, now=NOW)
    assert [each.approval for each in approvals.list_waiting(db)] == [waiting]
