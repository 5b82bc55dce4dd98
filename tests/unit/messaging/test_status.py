import re
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

from webapp.messaging.status import (
    REPORT_WAIT,
    MessageStatus,
    StatusMeaning,
    StatusTone,
    describe_outbox_state,
    describe_status,
    is_final,
)

OUTBOX_STATES = ["queued", "in_flight", "accepted", "refused", "unknown"]


def every_meaning() -> list[StatusMeaning]:
    sent = [describe_status("SENT", permanent=False), describe_status("SENT", age=timedelta(days=9))]
    known = [describe_status(status) for status in MessageStatus]
    return [*known, *sent, *map(describe_outbox_state, OUTBOX_STATES), describe_status("NEW")]


@pytest.mark.parametrize(
    ("status", "word", "tone", "final"),
    [
        ("SENT", "Sent, waiting for report", "waiting", False),
        ("DELIVERED", "Delivered", "good", True),
        ("UNDELIVERABLE", "Not delivered", "bad", True),
        ("EXPIRED", "Expired", "bad", True),
        ("REJECTED", "Rejected", "bad", True),
        ("INCOMING", "Received", "neutral", True),
        ("SCHEDULED", "Scheduled", "waiting", False),
        ("PROCESSED", "Sent at its time", "neutral", True),
        ("CANCELLED", "Cancelled", "neutral", True),
    ],
)
def test_each_status_has_its_word_tone_and_finality(status, word, tone, final):
    found = describe_status(status)
    assert (found.word, found.tone, found.final) == (word, tone, final)
    assert is_final(status) is final


@pytest.mark.parametrize(
    ("state", "word", "tone", "final"),
    [
        ("queued", "Waiting to go", "waiting", False),
        ("in_flight", "Sending", "waiting", False),
        ("accepted", "Accepted", "waiting", False),
        ("refused", "Not sent", "bad", True),
        ("unknown", "Outcome unknown", "attention", False),
    ],
)
def test_each_outbox_state_has_its_word_tone_and_finality(state, word, tone, final):
    found = describe_outbox_state(state)
    assert (found.word, found.tone, found.final) == (word, tone, final)


@pytest.mark.parametrize(
    ("status", "charged"),
    [
        ("DELIVERED", "Charged."),
        ("SENT", "Charged."),
        ("UNDELIVERABLE", "Refunded if the number is in the UK."),
        ("EXPIRED", "Refunded if the number is in the UK."),
        ("REJECTED", "Not charged."),
        ("CANCELLED", "Not charged."),
        ("SCHEDULED", "Nothing charged yet."),
    ],
)
def test_each_status_says_what_it_costs(status, charged):
    assert describe_status(status).charged == charged


@pytest.mark.parametrize("status", ["ACCEPTED", "delivered?", ""])
def test_an_unknown_status_keeps_its_text_and_is_not_final(status):
    found = describe_status(status)
    assert found.word == (status or "Unknown")
    assert not found.final
    assert not is_final(status)
    assert describe_outbox_state(status) == found


def test_a_sent_text_with_a_temporary_failure_is_still_being_tried():
    found = describe_status("SENT", permanent=False, failure_details="Handset off.")
    assert (found.word, found.tone) == ("Sent, still trying", StatusTone.WAITING)
    assert found.meaning.endswith("The network goes on trying. Reason given: Handset off.")


def test_a_text_sent_long_ago_without_a_report_is_presumed_delivered():
    found = describe_status("SENT", permanent=False, age=REPORT_WAIT + timedelta(seconds=1))
    assert found.meaning == "No report came: charged, presumed delivered."
    assert found.final
    assert describe_status("SENT", age=REPORT_WAIT) == describe_status("SENT")


def test_age_changes_no_other_status():
    assert describe_status("DELIVERED", age=timedelta(days=9)) == describe_status("DELIVERED")


def test_a_failure_tells_the_reason_given():
    found = describe_status("UNDELIVERABLE", permanent=True, failure_details="Number does not exist")
    assert found.meaning.endswith("Reason given: Number does not exist.")


def test_an_old_reason_is_not_told_of_a_delivered_text():
    assert describe_status("DELIVERED", failure_details="Handset off") == describe_status("DELIVERED")


def test_every_meaning_is_whole_and_readable():
    for found in every_meaning():
        assert all([found.word, found.icon, found.meaning, found.charged])
        assert found.meaning.endswith(".")
        assert found.charged.endswith(".")
        assert len(found.word) <= 25


def test_every_icon_is_one_the_pages_can_show():
    (folder,) = find_spec("flask_bootstrap").submodule_search_locations
    symbols = (Path(folder) / "static/bootstrap5/icons/bootstrap-icons.svg").read_text(encoding="utf-8")
    assert {found.icon for found in every_meaning()} <= set(re.findall(r'id="([a-z0-9-]+)"', symbols))
