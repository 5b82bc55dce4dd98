"""What holds while a scheduled text is being changed, and how that ended, for the pages of both texts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from webapp.messaging.schedule import format_local
from webapp.store import calls, changes
from webapp.store.calls import FORGOTTEN, Call, OutboxState, Purpose
from webapp.store.changes import Change, ChangeState

# From here on it is said what can happen if the old text goes first.
NEAR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ToldChange:
    """`other_reference` leads to the other of the two texts, and `other` says which one that is."""

    tone: str
    title: str
    words: str
    other_reference: str
    other: str
    is_under_way: bool


def told_of(db: Database, reference: str, call: Call | None, *, timezone: ZoneInfo) -> tuple[ToldChange, ...]:
    """For the page of a scheduled text: what it replaces, and what replaces it. `call`: None if not ours."""
    told = [told_of_new(db, call, timezone=timezone)] if call else []
    told.append(told_of_old(db, reference, timezone=timezone))
    return tuple(each for each in told if each is not None)


def told_of_new(db: Database, call: Call, *, timezone: ZoneInfo) -> ToldChange | None:
    """For the page of a text that is to replace, or has replaced, another; None if it is not such a one."""
    change = changes.find_by_draft(db, call.draft_id) if call.draft_id else None
    if change is None or call.purpose is not Purpose.SEND:
        return None
    title, tone, words = _tell(change, call, timezone, seen_from_old=False)
    is_under_way = change.state is ChangeState.UNDER_WAY
    return ToldChange(tone, title, words, change.old_reference, "The old text", is_under_way)


def told_of_old(db: Database, reference: str, *, timezone: ZoneInfo) -> ToldChange | None:
    """For the page of a text that is being, or has been, replaced; None if nobody has said yes to that."""
    change = changes.last_confirmed(db, reference)
    if change is None:
        return None
    (new,) = calls.list_for_draft(db, change.draft_id, purpose=Purpose.SEND)
    title, tone, words = _tell(change, new, timezone, seen_from_old=True)
    is_under_way = change.state is ChangeState.UNDER_WAY
    return ToldChange(tone, title, words, new.ref, "The new text", is_under_way)


def _tell(change: Change, new: Call, timezone: ZoneInfo, *, seen_from_old: bool) -> tuple[str, str, str]:
    """Title, tone and words."""
    old_at, new_at = format_local(change.old_goes_at, timezone), format_local(new.goes_at, timezone)
    if change.state is ChangeState.UNDER_WAY:
        title = "This text is being changed" if seen_from_old else "This is to take the place of another text"
        tone, words = _under_way(change, new, old_at, new_at)
        return title, tone, words
    if change.state is ChangeState.DONE:
        if seen_from_old:
            return "Changed", "neutral", f"The text for {new_at} has taken its place. This one is not sent."
        return "Changed", "good", f"It has taken the place of the one for {old_at}, which is cancelled."
    return _not_as_meant(change, new, new_at)


def _under_way(change: Change, new: Call, old_at: str, new_at: str) -> tuple[str, str]:
    now = datetime.now(UTC)
    if change.old_went_at is not None:
        return "attention", f"Too late: the old text has gone. The new one, for {new_at}, is being cancelled."
    if new.state is OutboxState.ACCEPTED:
        both = f"Both are scheduled at the moment: the old text for {old_at}, the new one for {new_at}."
        return "attention", f"{both} {_what_can_happen(change, old_at, now)}"
    waits = f"Until the provider has it, nothing is done to the old one: that goes on {old_at}."
    if new.state is OutboxState.UNKNOWN:
        words = f"Nobody knows yet whether the provider has taken the new text. {waits}"
        if change.old_goes_at - now < NEAR:
            words += " If it turns up only after that, it is cancelled at once."
        return "attention", words
    if change.old_goes_at - now < NEAR:
        waits += " If it is not handed over before then, it is not sent at all."
    return "waiting", f"The new text has not been handed over yet. {waits}"


def _what_can_happen(change: Change, old_at: str, now: datetime) -> str:
    if change.old_goes_at <= now:
        return (
            "The old one’s time has come, and nobody knows yet whether it has gone. "
            "If it has, the new one is cancelled at once."
        )
    will = "The old one will be cancelled as soon as the provider answers."
    if change.old_goes_at - now >= NEAR:
        return will
    return f"{will} If it does not answer before {old_at}, the old one goes, and the new one is cancelled."


def _not_as_meant(change: Change, new: Call, new_at: str) -> tuple[str, str, str]:
    if change.state is ChangeState.OLD_WENT:
        return (
            "Too late to change it",
            "attention",
            "The old text had gone before it could be cancelled, so the new one was cancelled. "
            "Only the old one was sent.",
        )
    if change.state is ChangeState.BOTH_WENT:
        return (
            "Both texts went",
            "bad",
            "The old text went before it could be cancelled, and then it was too late for the new one, too.",
        )
    if change.state is ChangeState.OLD_GONE:
        return (
            "The old text may go as well",
            "attention",
            f"The new text is there, for {new_at}. The provider does not list the old one any more, so "
            "nobody knows whether it will be sent. Look at the provider’s own website.",
        )
    if change.state is ChangeState.NEW_CANCELLED:
        return (
            "Not changed",
            "attention",
            "The new text was cancelled before the old one was, which stays as it is. "
            "Cancel it, too, if nothing is to go.",
        )
    if new.error_code == FORGOTTEN:
        return (
            "Not changed, and perhaps both go",
            "attention",
            "Somebody closed the new text without knowing whether the provider has it. "
            "Nothing was done to the old one.",
        )
    return (
        "Not changed",
        "attention",
        f"The new text was not scheduled. {new.error_message or ''} Nothing was done to the old one.",
    )
