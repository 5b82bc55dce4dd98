"""What people text us, and who they are, stands in no log, no address and no audit trail."""

import json
import logging
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.pages.inbox import begin_reply, confirm_data, conversation_of
from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox, When
from webapp.services import webhooks
from webapp.services.sync_inbox import sync_inbox
from webapp.smsworks.client import SmsWorks
from webapp.smsworks.errors import OutcomeUnknown
from webapp.worker import Worker

NUMBER = "447400123456"
TEXT = "Is my biopsy back?"
FORBIDDEN = (NUMBER, "07400", "7400 123456", "123456", TEXT, "biopsy")


def live_through_it(
    sam: FlaskClient, sandbox: Sandbox, provider: SmsWorks, worker: Worker, db: Database
) -> list[str]:
    """Texts come in, get lost, are swept up, posted, answered, searched for; the addresses visited."""
    sandbox.faults.add(Fault(kind=FaultKind.DROP, when=When.AFTER, operation="fetch_unread"))
    sandbox.inject_inbound(sender=NUMBER, content=TEXT)
    with pytest.raises(OutcomeUnknown):
        sync_inbox(db, provider, every=timedelta(), lease_seconds=30)
    worker.round(db)
    posted = {"messageid": "1", "from": NUMBER, "content": TEXT}
    webhooks.take_inbound_posts(db, json.dumps(posted).encode())
    webhooks.take_inbound_posts(db, json.dumps({**posted, "content": f"{TEXT}!"}).encode())
    conversation = conversation_of(db, NUMBER)
    check = begin_reply(sam, conversation, "Your biopsy result is in")
    sent = sam.post(f"{check}/confirm", data=confirm_data(ReadPage(sam.get(check)))).location
    marked = sam.post(f"/inbox/{conversation.id}/read", data={"through": conversation.newest_row_id}).location
    sam.post("/inbox", data={"q": NUMBER})
    sam.post("/inbox/export", data={"q": "biopsy"}).get_data()
    added = sam.post("/inbox/opt-outs", data={"numbers": NUMBER}).location
    removed = sam.post("/inbox/opt-outs/1/remove", data={"reason": "Asked"}).location
    return [check, sent, marked, added, removed]


def test_nothing_private_leaves_the_inbox(
    app: Flask,
    sam: FlaskClient,
    sandbox: Sandbox,
    provider: SmsWorks,
    worker: Worker,
    db: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        visited = live_through_it(sam, sandbox, provider, worker, db)
    assert "fetch_unread" in caplog.text, "the day left no log to look at"
    assert "other words" in caplog.text
    trail = " ".join(str(tuple(row)) for row in db.execute("SELECT * FROM audit").fetchall())
    assert "confirmed a reply" in trail
    for private in FORBIDDEN:
        assert private not in caplog.text
        assert private not in trail
        assert private not in " ".join(visited)
