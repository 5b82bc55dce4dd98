"""What a draft is to take the place of, for the form and its check page."""

from dataclasses import dataclass
from datetime import datetime

from webapp.services.change_scheduled import others_writing
from webapp.services.scheduled import find_entry
from webapp.store import changes
from webapp.store.drafts import Draft
from webapp.web.context import database


@dataclass(frozen=True, slots=True)
class Replaced:
    """The scheduled text. `content` and `destination` are "" if the provider does not list it any more.

    `others` names those who are writing a change of it, too, "" if nobody is.
    """

    reference: str
    goes_at: datetime
    content: str
    destination: str
    is_other_programs: bool
    others: str


def replaced_by(draft: Draft | None) -> Replaced | None:
    """The text that a draft is to replace; None if it is a text of its own."""
    change = changes.find_by_draft(database(), draft.id) if draft else None
    if change is None:
        return None
    entry = find_entry(database(), change.old_reference)
    return Replaced(
        reference=change.old_reference,
        goes_at=change.old_goes_at,
        content=entry.content if entry else "",
        destination=entry.destination if entry else "",
        is_other_programs=change.old_call_id is None,
        others=others_writing(database(), change),
    )
