"""Nothing goes to a number that has opted out, whichever way it would have gone."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.scene import LONDON, NUMBER, Scene, confirm
from webapp.services import send
from webapp.services.calls_of_draft import text_to_resend
from webapp.services.optouts import OPTED_OUT, SKIPPED
from webapp.services.outcomes import outcome_of
from webapp.services.refusals import CannotBeSent
from webapp.store import drafts, optouts
from webapp.store.calls import Call, OutboxState
from webapp.store.drafts import Delivery
from webapp.store.optouts import OptOutSource

OTHER = "447400123457"


def opt_out(scene: Scene, number: str = NUMBER) -> None:
    now = datetime.now(UTC)
    optouts.add_opt_out(scene.db, number, who="sam", source=OptOutSource.STAFF, now=now)


def assert_skipped(scene: Scene, call: Call) -> None:
    now = scene.call(call)
    assert (now.state, now.error_code, now.error_message) == (OutboxState.REFUSED, OPTED_OUT, SKIPPED)
    assert outcome_of(now, None).meaning.word == "Skipped: opted out"
    assert outcome_of(now, None).credits == 0
    assert scene.texts_of(call) == []


@pytest.mark.parametrize("delivery", [Delivery.NOW, Delivery.FLASH])
def test_who_opts_out_after_the_confirmation_gets_nothing(scene: Scene, delivery: Delivery) -> None:
    call = scene.queued(delivery=delivery)
    opt_out(scene)
    scene.attempted(call)
    assert_skipped(scene, call)


def test_a_scheduled_text_is_not_handed_over_either(scene: Scene) -> None:
    at = datetime.now(UTC) + timedelta(days=1)
    call = scene.queued(delivery=Delivery.LATER, at=at)
    opt_out(scene)
    scene.attempted(call)
    assert_skipped(scene, call)
    assert scene.client.list_scheduled() == ()


def test_a_text_the_provider_holds_for_later_is_cancelled(scene: Scene) -> None:
    call = scene.sent(delivery=Delivery.LATER, at=datetime.now(UTC) + timedelta(days=1))
    assert scene.call(call).schedule_status == "SCHEDULED"
    scene.worker.round(scene.db)
    assert scene.call(call).schedule_status == "SCHEDULED", "its number has not opted out"
    opt_out(scene)
    scene.worker.round(scene.db)
    assert scene.call(call).schedule_status == "CANCELLED"
    assert scene.events(call)[-1] == "skipped"
    assert [item.status for item in scene.client.list_scheduled()] == ["CANCELLED"]


def test_the_worker_skips_it_too(scene: Scene) -> None:
    call = scene.queued()
    opt_out(scene)
    scene.worker.round(scene.db)
    assert_skipped(scene, call)


def test_a_text_whose_only_recipient_opted_out_cannot_be_confirmed(scene: Scene) -> None:
    draft = scene.draft()
    opt_out(scene)
    with pytest.raises(CannotBeSent, match="has opted out"):
        confirm(scene.db, draft)


def test_of_several_recipients_those_who_opted_out_are_skipped_visibly_and_cost_nothing(scene: Scene) -> None:
    draft = scene.draft("On Tuesday", NUMBER)
    text = drafts.DraftText(Delivery.NOW, {}, (NUMBER, OTHER), "ElmStreet", "On Tuesday", None, {})
    drafts.change_draft(scene.db, draft.id, text=text, now=datetime.now(UTC))
    changed = drafts.get_draft(scene.db, draft.id)
    assert changed is not None
    opt_out(scene)
    assert send.total_credits(scene.db, changed) == 1
    skipped, sent = map(scene.call, confirm(scene.db, changed).call_ids)
    assert_skipped(scene, skipped)
    assert scene.attempted(sent).state is OutboxState.ACCEPTED


def test_the_same_text_again_is_refused(scene: Scene) -> None:
    text = text_to_resend(scene.sent())
    assert text is not None
    opt_out(scene)
    draft = drafts.get_draft(
        scene.db, drafts.add_draft(scene.db, author_id=1, text=text, now=datetime.now(UTC))
    )
    assert draft is not None
    with pytest.raises(CannotBeSent, match="has opted out"):
        confirm(scene.db, draft)


def test_no_copy_goes_to_an_own_phone_that_opted_out(scene: Scene) -> None:
    draft = scene.draft(number=OTHER)
    opt_out(scene)
    with pytest.raises(CannotBeSent, match="Your own number"):
        send.send_copy(scene.db, draft, mobile=NUMBER, user_id=1, timezone=LONDON)


def test_a_copy_that_waits_is_skipped_when_its_owner_opts_out(scene: Scene) -> None:
    call = scene.call(
        send.send_copy(scene.db, scene.draft(number=OTHER), mobile=NUMBER, user_id=1, timezone=LONDON)
    )
    opt_out(scene)
    scene.attempted(call)
    assert_skipped(scene, call)


def test_what_was_removed_from_the_list_can_be_texted_again(scene: Scene) -> None:
    opt_out(scene)
    optouts.remove_opt_out(scene.db, NUMBER, who="ada", reason="She asked", now=datetime.now(UTC))
    assert scene.sent().state is OutboxState.ACCEPTED
