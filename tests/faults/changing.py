"""Changing scheduled texts as the pages do it, without them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.faults.scene import USER_ID, Scene, confirm
from webapp.services import change_scheduled
from webapp.services.carry_changes import carry_on_now
from webapp.services.scheduled import find_entry
from webapp.store import changes, drafts
from webapp.store.calls import Call
from webapp.store.changes import Change
from webapp.store.drafts import Draft


def written(
    scene: Scene, reference: str, content: str, *, at: datetime | None = None, user_id: int = USER_ID
) -> Draft:
    """A change that has been written and not confirmed."""
    entry = find_entry(scene.db, reference)
    assert entry is not None
    draft_id = change_scheduled.start(scene.db, entry, author_id=user_id, timezone=scene.settings.timezone)
    draft = draft_of(scene, draft_id)
    text = replace(
        draft.text,
        content=content,
        scheduled_at=at or entry.place.at + timedelta(hours=1),
        sender="ElmStreet",
    )
    assert drafts.change_draft(scene.db, draft_id, text=text, now=datetime.now(UTC))
    return draft_of(scene, draft_id)


def confirmed(scene: Scene, draft: Draft) -> Call:
    """The new text, before anything has been asked."""
    (call_id,) = confirm(scene.db, draft, send_again=False).call_ids
    return scene.call(call_id)


def changed(
    scene: Scene, old: Call, content: str = "See you at twelve", *, at: datetime | None = None
) -> Call:
    """The new text, after what is done while the person who confirmed it waits."""
    new = confirmed(scene, written(scene, old.ref, content, at=at))
    scene.attempted(new)
    carry_on_now(scene.db, scene.client, new.draft_id or "")
    return scene.call(new)


def change_to(scene: Scene, new: Call) -> Change:
    """How far the change that this text is part of has come."""
    found = changes.find_by_draft(scene.db, new.draft_id or "")
    assert found is not None
    return found


def draft_of(scene: Scene, draft_id: str) -> Draft:
    found = drafts.get_draft(scene.db, draft_id)
    assert found is not None
    return found
