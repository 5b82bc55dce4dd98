"""Taking in a text that somebody sent us, however we learned of it: fetched, swept up or posted to us."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from webapp.messaging.optout import is_opt_out, sounds_like_opt_out
from webapp.messaging.status import MessageStatus
from webapp.messaging.texters import can_be_texted, texter_number
from webapp.services.reports import to_report
from webapp.smsworks.models import Message
from webapp.store import audit, inbox, optouts
from webapp.store.connection import part_of_transaction, transaction
from webapp.store.inbox import Hint, InboundText, Recorded
from webapp.store.optouts import OptOutSource

WORD_SHOWN = 40

log = logging.getLogger("textdesk.inbox")


@dataclass(frozen=True, slots=True)
class Taken:
    """How many texts were new, and how many could not be stored (they stay at the provider)."""

    new: int
    failed: int


def take_all(db: Database, found: Iterable[Message], *, now: datetime) -> Taken:
    """Store what came in, in one transaction; one text that breaks the program holds up no other."""
    new = failed = 0
    with transaction(db):
        words = optouts.opt_out_words(db)
        for message in _oldest_first(found, now=now):
            try:
                with part_of_transaction(db):
                    new += take_inbound(db, message, now=now, words=words).is_new
            except Exception:
                log.exception("a text that came in could not be stored")
                failed += 1
    return Taken(new, failed)


def take_inbound(
    db: Database, found: Message, *, now: datetime, words: Collection[str] | None = None
) -> Recorded:
    """Store one text, and opt its number out if that is what it asks for. `words`: those that ask for it."""
    text = _read(found, now=now)
    with transaction(db):
        recorded = inbox.record_inbound(db, text, now=now)
        if recorded.differs:
            log.warning("the provider gave a text that came in again with other words; the first is kept")
        words = words or optouts.opt_out_words(db)
        if recorded.is_new and _opt_out_if_asked(db, text, words, now=now):
            audit.record_own(db, "opted a texter out", str(recorded.conversation_id), now=now)
    return recorded


def _oldest_first(found: Iterable[Message], *, now: datetime) -> list[Message]:
    """The provider lists the newest first; our row ids are to grow with time, also within one moment."""
    listed = list(found)[::-1]
    return sorted(listed, key=lambda message: message.created_at or now)


def came_in(message: Message) -> bool:
    """Whether that is a text somebody sent us; in the provider's log both ways stand side by side."""
    return message.status.upper() == MessageStatus.INCOMING


def _read(found: Message, *, now: datetime) -> InboundText:
    report = to_report(found, now=now)._replace(status=MessageStatus.INCOMING.value)
    hint = Hint.OPT_OUT if sounds_like_opt_out(report.content) else None
    return InboundText(report, texter_number(found.sender), is_dated=found.created_at is not None, hint=hint)


def _opt_out_if_asked(db: Database, text: InboundText, words: Collection[str], *, now: datetime) -> bool:
    content = text.report.content
    if not can_be_texted(text.number) or not is_opt_out(content, words):
        return False
    reason = f"Texted “{content.strip()[:WORD_SHOWN]}”"
    return optouts.add_opt_out(db, text.number, who="", source=OptOutSource.TEXT, reason=reason, now=now)
