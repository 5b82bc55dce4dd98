"""Every file has its times twice: where the organisation is, and in UTC."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from tests.pages.batch_steps import a_confirmed_list
from tests.pages.inbox import Receive

FILES = ("/messages", "/failed", "/inbox", "/inbox/opt-outs", "/scheduled", "/account/audit")


@pytest.fixture
def something_of_each(
    sam: FlaskClient, send: Callable[..., str], receive: Receive, batch_time: Callable[[], None]
) -> str:
    """One line at least for each file; the address of a batch that has gone."""
    send(recipients="07400 123497")
    send(content="Later", when="later", date="2026-10-23", time="09:00")
    receive("STOP")
    batch = a_confirmed_list(sam, 2)
    batch_time()
    return batch


@pytest.mark.usefixtures("october")
def test_every_file_says_when_it_was_in_summer_time_and_in_utc(
    ada: FlaskClient, something_of_each: str
) -> None:
    files = {each: ada.post(f"{each}/export").data for each in FILES}
    files["result"] = ada.get(f"{something_of_each}/result.csv").data
    for name, file in files.items():
        lines = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))
        assert lines, name
        (utc,) = [column for column in lines[0] if column.endswith(" (UTC)")]
        for line in lines:
            here, there = (datetime.fromisoformat(line[each]) for each in (utc.removesuffix(" (UTC)"), utc))
            assert here - there == timedelta(hours=1), name
