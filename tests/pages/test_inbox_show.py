from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlite_utils import Database

from tests.conftest import Clock
from tests.pages.conftest import form_data, say_yes
from tests.pages.inbox import (
    NUMBER,
    Receive,
    address,
    begin_reply,
    confirm_data,
    conversation_of,
    reply_data,
    send_reply,
)
from tests.pages.page import ReadPage
from webapp.sandbox import REPLY_NUMBER, Sandbox
from webapp.store import calls, messages, optouts
from webapp.store.messages import MessageReport
from webapp.worker import Worker

TYPED = {"content": "Yes, at", "intent": "preview", "sender": REPLY_NUMBER}
HX = {"HX-Request": "true"}


def texts(page: ReadPage) -> list[str]:
    return [each.get_text() for each in page.soup.select(".text .bubble-text")]


def poll(client: FlaskClient, page: ReadPage) -> int:
    url = page.soup.select_one("#conversation_texts")["hx-get"]
    return client.get(str(url), headers=HX).status_code


def test_inbox_show_merges_both_ways_in_order_of_time(
    sam: FlaskClient, receive: Receive, db: Database
) -> None:
    say_yes(sam, sam.post("/compose/new", data=form_data(content="Your appointment is on Tuesday.")).location)
    conversation = receive("Can I come on Friday?")
    send_reply(sam, conversation)
    page = ReadPage(sam.get(address(conversation)))
    assert texts(page) == ["Your appointment is on Tuesday.", "Can I come on Friday?", "Yes, at ten."]
    assert "Sent, waiting for report" in page.text


def test_inbox_show_looking_changes_nothing(vic: FlaskClient, receive: Receive, db: Database) -> None:
    conversation = receive()
    vic.get(address(conversation))
    assert conversation_of(db) == conversation


@pytest.mark.parametrize(
    "content",
    [
        "",
        "x" * 10_000,
        "👍🏽 ❤️",
        "שלום, אני אגיע מחר",
        "<script>alert(1)</script>&amp;",
        "a\nb\r\nc",
        "\x00\x07",
    ],
)
def test_inbox_show_takes_whatever_people_text(vic: FlaskClient, receive: Receive, content: str) -> None:
    conversation = receive(content)
    page = ReadPage(vic.get(address(conversation)))
    assert ReadPage(vic.get("/inbox")).status == 200
    assert page.status == 200
    assert page.soup.select("script:not([src])") == []
    if content.isprintable() and content:
        assert texts(page) == [content]


@pytest.mark.parametrize("sender", ["60777", "NHSCovid", "٠٧٤٠٠", "", "+", "9" * 60])
def test_inbox_show_takes_whoever_texts(
    vic: FlaskClient, sam: FlaskClient, receive: Receive, sender: str, db: Database
) -> None:
    conversation = receive("Hello", sender=sender or "unknown")
    assert ReadPage(sam.get(address(conversation))).status == 200
    assert ReadPage(vic.get("/inbox")).status == 200


def test_inbox_show_a_reply_goes_once_from_the_number_they_texted(
    sam: FlaskClient, receive: Receive, sandbox: Sandbox, db: Database
) -> None:
    conversation = receive()
    check = begin_reply(sam, conversation)
    page = ReadPage(sam.get(check))
    assert "Send for 1 credit" in page.buttons()
    answers = [sam.post(f"{check}/confirm", data=confirm_data(page)) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {302}
    [sent] = sandbox.accepted()
    assert (sent.destination, sent.sender, sent.content) == (NUMBER, REPLY_NUMBER, "Yes, at ten.")
    assert conversation_of(db).unread == 0, "what it answers is marked as read"


def test_inbox_show_a_reply_may_leave_their_text_unread(
    sam: FlaskClient, receive: Receive, db: Database
) -> None:
    conversation = receive()
    check = begin_reply(sam, conversation)
    data = confirm_data(ReadPage(sam.get(check)))
    data.pop("mark_read")
    sam.post(f"{check}/confirm", data=data)
    assert conversation_of(db).unread == 1


def test_inbox_show_something_newer_keeps_a_reply_from_being_written_past_it(
    sam: FlaskClient, receive: Receive, sandbox: Sandbox, db: Database
) -> None:
    conversation = receive()
    opened = ReadPage(sam.get(address(conversation)))
    receive("No, sorry, Thursday!")
    response = sam.post(f"{address(conversation)}/reply", data=reply_data(opened, "Friday is fine"))
    page = ReadPage(response)
    assert response.status_code == 409
    assert "They have texted again: nothing was sent" in page.text
    assert "No, sorry, Thursday!" in page.text
    assert page.value("content") == "Friday is fine"
    assert page.value("newest") == str(conversation_of(db).newest_row_id)


def test_inbox_show_something_newer_stops_the_confirmation(
    sam: FlaskClient, receive: Receive, sandbox: Sandbox, db: Database
) -> None:
    conversation = receive()
    check = begin_reply(sam, conversation)
    shown = ReadPage(sam.get(check))
    receive("No, sorry, Thursday!")
    response = sam.post(f"{check}/confirm", data=confirm_data(shown))
    assert response.status_code == 409
    page = ReadPage(response)
    assert "They have texted again: nothing was sent" in page.text
    assert "No, sorry, Thursday!" in page.text
    assert sandbox.accepted() == ()
    assert sam.post(f"{check}/confirm", data=confirm_data(page)).status_code == 302
    assert len(sandbox.accepted()) == 1


def test_inbox_show_an_old_text_that_is_swept_up_late_stops_it_too(
    sam: FlaskClient, receive: Receive, sandbox: Sandbox, db: Database, clock: Clock
) -> None:
    conversation = receive()
    check = begin_reply(sam, conversation)
    shown = confirm_data(ReadPage(sam.get(check)))
    clock.advance(-3600)
    receive("Sent an hour ago, shown only now")
    assert sam.post(f"{check}/confirm", data=shown).status_code == 409


def test_inbox_show_an_empty_or_too_long_reply_is_kept_and_refused(
    sam: FlaskClient, receive: Receive
) -> None:
    conversation = receive()
    page = ReadPage(sam.get(address(conversation)))
    for content in ("", " \n ", "x" * 1281):
        response = sam.post(f"{address(conversation)}/reply", data=reply_data(page, content))
        assert response.status_code == 422
        assert ReadPage(response).value("content") == content


def test_inbox_show_counts_while_somebody_types_and_keeps_what_is_typed(
    sam: FlaskClient, receive: Receive
) -> None:
    conversation = receive()
    response = sam.post(f"{address(conversation)}/reply", data={**TYPED, "content": "x" * 161}, headers=HX)
    fragment = ReadPage(response, whole=False)
    assert fragment.soup.select_one("#reply_preview") is not None
    assert "2 segments" in fragment.text
    assert ReadPage(sam.get(address(conversation))).value("content") == "x" * 161


def test_inbox_show_warns_of_a_sender_nobody_can_answer(sam: FlaskClient, receive: Receive) -> None:
    conversation = receive()
    data = {**TYPED, "sender": "ElmStreet"}
    assert (
        "They will not be able to answer"
        in sam.post(f"{address(conversation)}/reply", data=data, headers=HX).text
    )
    page = ReadPage(sam.get(address(conversation)))
    check = sam.post(
        f"{address(conversation)}/reply", data=reply_data(page, "Yes", sender="ElmStreet")
    ).location
    assert "They will not be able to answer" in ReadPage(sam.get(check)).text


def test_inbox_show_says_if_the_number_they_texted_is_no_sender(sam: FlaskClient, receive: Receive) -> None:
    conversation = receive(to="447400123401")
    assert "not on the list of senders" in ReadPage(sam.get(address(conversation))).text


def test_inbox_show_others_see_who_is_replying_and_when_they_stop(
    sam: FlaskClient, vic: FlaskClient, receive: Receive
) -> None:
    conversation = receive()
    with time_machine.travel(datetime.now(UTC), tick=False) as traveller:
        before = ReadPage(vic.get(address(conversation)))
        assert poll(vic, before) == 204
        sam.post(f"{address(conversation)}/reply", data=TYPED, headers=HX)
        assert poll(vic, before) == 200
        during = ReadPage(vic.get(address(conversation)))
        assert "sam is replying" in during.text
        assert "is replying" not in ReadPage(sam.get(address(conversation))).text
        assert poll(vic, during) == 204
        traveller.shift(21)
        assert poll(vic, during) == 200
        assert "is replying" not in ReadPage(vic.get(address(conversation))).text


def test_inbox_show_unchanged_poll_has_no_body_and_statuses_come_by_themselves(
    sam: FlaskClient, receive: Receive, sandbox: Sandbox, clock: Clock, worker: Worker, db: Database
) -> None:
    conversation = receive()
    send_reply(sam, conversation)
    page = ReadPage(sam.get(address(conversation)))
    assert poll(sam, page) == 204
    clock.advance(3)
    sandbox.run_due()
    with time_machine.travel(datetime.now(UTC).timestamp() + 5):
        worker.round(db)
    assert poll(sam, page) == 200
    assert "Delivered" in ReadPage(sam.get(address(conversation))).text


def test_inbox_show_the_same_reply_within_a_day_wants_a_second_yes(
    sam: FlaskClient, receive: Receive, sandbox: Sandbox
) -> None:
    conversation = receive()
    send_reply(sam, conversation)
    check = begin_reply(sam, conversation)
    data = confirm_data(ReadPage(sam.get(check)))
    response = sam.post(f"{check}/confirm", data=data)
    assert response.status_code == 422
    assert "Tick the box" in ReadPage(response).text
    assert sam.post(f"{check}/confirm", data={**data, "send_again": "yes"}).status_code == 302
    assert len(sandbox.accepted()) == 2


def test_inbox_show_a_price_that_is_not_the_one_shown_stops_it(
    sam: FlaskClient, receive: Receive, sandbox: Sandbox
) -> None:
    check = begin_reply(sam, receive())
    data = {**confirm_data(ReadPage(sam.get(check))), "credits": "7"}
    assert sam.post(f"{check}/confirm", data=data).status_code == 409
    assert sandbox.accepted() == ()


def test_inbox_show_a_reply_can_be_sent_later_through_compose(sam: FlaskClient, receive: Receive) -> None:
    conversation = receive()
    page = ReadPage(sam.get(address(conversation)))
    response = sam.post(
        f"{address(conversation)}/reply", data=reply_data(page, "On Friday", intent="options")
    )
    form = ReadPage(sam.get(response.location))
    assert (form.value("recipients"), form.value("content")) == ("+44 7400 123456", "On Friday")


def test_inbox_show_who_opted_out_gets_no_reply(
    sam: FlaskClient, receive: Receive, sandbox: Sandbox, db: Database
) -> None:
    conversation = receive()
    check = begin_reply(sam, conversation)
    data = confirm_data(ReadPage(sam.get(check)))
    receive("STOP")
    page = ReadPage(sam.get(address(conversation)))
    assert "This number has opted out of texts" in page.text
    assert page.soup.select("#reply_form") == []
    refused = sam.post(f"{check}/confirm", data={**data, "newest": str(conversation_of(db).newest_row_id)})
    assert refused.status_code == 422
    assert "has opted out of texts" in ReadPage(refused).text
    assert sandbox.accepted() == ()


def test_inbox_show_a_loose_wish_is_put_to_a_person(sam: FlaskClient, receive: Receive, db: Database) -> None:
    conversation = receive("Please stop texting me")
    assert not optouts.is_opted_out(db, NUMBER)
    page = ReadPage(sam.get(address(conversation)))
    assert "Do they want no more texts?" in page.text
    row_id = str(page.soup.select_one("button[id^=opt_out_]")["value"])
    sam.post(f"{address(conversation)}/opt-out", data={"text": row_id})
    kept = optouts.get_opt_out(db, NUMBER)
    assert kept is not None
    assert kept.added_by == "sam"
    assert "Do they want no more texts?" not in ReadPage(sam.get(address(conversation))).text


def test_inbox_show_a_wish_that_was_not_meant_is_dismissed(
    sam: FlaskClient, receive: Receive, db: Database
) -> None:
    conversation = receive("STOP please, at my house")
    sam.post(f"{address(conversation)}/hint", data={"text": str(conversation.newest_row_id)})
    assert "no more texts?" not in ReadPage(sam.get(address(conversation))).text
    assert not optouts.is_opted_out(db, NUMBER)


def test_inbox_show_a_text_of_another_conversation_cannot_be_marked_here(
    sam: FlaskClient, receive: Receive, db: Database
) -> None:
    conversation = receive()
    other = receive("Other", sender="447400123457")
    data = {"text": str(other.newest_row_id), "action": "read"}
    assert sam.post(f"{address(conversation)}/read", data=data).status_code == 400
    assert conversation_of(db, "447400123457").unread == 1


def test_inbox_show_nobody_confirms_somebody_elses_reply(
    sam: FlaskClient, ada: FlaskClient, receive: Receive
) -> None:
    check = begin_reply(sam, receive())
    assert ada.get(check).status_code == 404
    assert ada.post(f"{check}/confirm", data={"version": "1", "credits": "1"}).status_code == 404


def test_inbox_show_a_draft_to_somebody_else_is_no_reply_here(sam: FlaskClient, receive: Receive) -> None:
    first = begin_reply(sam, receive()).rpartition("/")[2]
    other = receive("Other", sender="447400123457")
    assert sam.get(f"{address(other)}/reply/{first}").status_code == 404


def test_inbox_show_pages_back_to_the_first_text(
    sam: FlaskClient, receive: Receive, sandbox: Sandbox
) -> None:
    for number in range(89):
        sandbox.inject_inbound(sender=NUMBER, content=f"Text {number}")
    conversation = receive("Text 89")
    seen: list[str] = []
    url: str | None = address(conversation)
    while url:
        page = ReadPage(sam.get(url))
        seen = [*texts(page), *seen]
        earlier = [link for link in page.soup.select("a.btn") if "Earlier texts" in link.get_text()]
        url = str(earlier[0]["href"]) if earlier else None
    assert sorted(seen) == sorted(f"Text {number}" for number in range(90))


def test_inbox_show_a_signed_out_reply_is_handed_back(
    sam: FlaskClient, mallory: FlaskClient, receive: Receive
) -> None:
    conversation = receive()
    response = mallory.post(f"{address(conversation)}/reply", data={"content": "Yes, at ten."})
    assert response.status_code == 401
    assert "Yes, at ten." in response.text


def test_inbox_show_the_poll_of_somebody_signed_out_leaves_the_page_alone(
    mallory: FlaskClient, receive: Receive
) -> None:
    conversation = receive()
    headers = {**HX, "HX-Current-URL": f"http://localhost{address(conversation)}"}
    response = mallory.get(f"{address(conversation)}/status?version=1", headers=headers)
    assert response.status_code == 401
    assert "HX-Redirect" not in response.headers


def test_inbox_show_viewers_read_and_do_not_reply(vic: FlaskClient, receive: Receive) -> None:
    conversation = receive()
    page = ReadPage(vic.get(address(conversation)))
    assert page.soup.select("#reply_form") == []
    assert "Your role lets you read" in page.text
    assert vic.post(f"{address(conversation)}/reply", data=TYPED).status_code == 403


def test_inbox_show_a_lost_reply_waits_on_the_outcome(
    sam: FlaskClient, receive: Receive, sandbox: Sandbox, db: Database
) -> None:
    conversation = receive("Hello", sender="447400123498")
    send_reply(sam, conversation)
    assert "Outcome unknown" in ReadPage(sam.get(address(conversation))).text
    [call] = calls.list_recent(db, limit=5)
    assert call.destination == "447400123498"


@pytest.mark.parametrize("name", ["0", "x", "99999999999999999999", "-1", "1.5", "²"])
def test_inbox_show_what_is_no_conversation_is_not_found(vic: FlaskClient, name: str) -> None:
    assert vic.get(f"/inbox/{name}").status_code == 404


def test_inbox_show_texts_another_program_sent_stand_in_it_too(
    sam: FlaskClient, receive: Receive, db: Database
) -> None:
    conversation = receive()
    report = MessageReport(
        message_id="elsewhere-1",
        status="DELIVERED",
        sender="Reminders",
        destination=NUMBER,
        content="From our calendar",
        created_at=datetime.now(UTC) - timedelta(days=1),
    )
    messages.record_report(db, report, now=datetime.now(UTC), next_check_at=None)
    page = ReadPage(sam.get(address(conversation)))
    assert texts(page) == ["From our calendar", "Can I come on Friday?"]


def test_inbox_show_a_changed_reply_is_the_same_draft_and_the_old_version_is_not_sent(
    sam: FlaskClient, receive: Receive, sandbox: Sandbox, db: Database
) -> None:
    conversation = receive()
    first = begin_reply(sam, conversation, "Yes, at ten.")
    shown = confirm_data(ReadPage(sam.get(first)))
    assert begin_reply(sam, conversation, "Yes, at nine.") == first
    assert sam.post(f"{first}/confirm", data=shown).status_code == 409
    assert sandbox.accepted() == ()
    assert sam.post(f"{first}/confirm", data=confirm_data(ReadPage(sam.get(first)))).status_code == 302
    assert [text.content for text in sandbox.accepted()] == ["Yes, at nine."]
    assert "You have a text that is not sent yet" not in ReadPage(sam.get("/compose/new")).text
    assert begin_reply(sam, conversation, "See you then.") != first


def test_inbox_show_what_went_through_compose_is_no_longer_in_the_box(
    sam: FlaskClient, receive: Receive, sandbox: Sandbox
) -> None:
    conversation = receive()
    page = ReadPage(sam.get(address(conversation)))
    data = reply_data(page, "On Friday", intent="options")
    edit = sam.post(f"{address(conversation)}/reply", data=data).location
    assert ReadPage(sam.get(address(conversation))).value("content") == "On Friday"
    say_yes(sam, edit.replace("/edit", "/check"))
    assert len(sandbox.accepted()) == 1
    assert ReadPage(sam.get(address(conversation))).value("content") == ""
    sam.post(f"{address(conversation)}/reply", data={**TYPED, "content": "And also"}, headers=HX)
    assert ReadPage(sam.get(address(conversation))).value("content") == "And also"
