"""What else needs a person: replies that wait, people who may want no more texts, credits, failures."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import url_for

from webapp.messaging.words import lasting, plural
from webapp.services.spike import Spike, find_spike
from webapp.store import conversations, inbox, inbox_state, readings
from webapp.web.banners import words_about_credits
from webapp.web.context import database
from webapp.web.dates import today


@dataclass(frozen=True, slots=True)
class Need:
    """One line of the list: `tone` and `icon` as the others have them, and where it is put right."""

    id: str
    tone: str
    icon: str
    words: str
    url: str


def more_needs() -> tuple[Need, ...]:
    """Each costs a look at an index."""
    found = (_low_credits(), _many_failures(), _waiting_reply(), _opt_out_hints())
    return tuple(need for need in found if need is not None)


def _low_credits() -> Need | None:
    words = words_about_credits(readings.last_credits(database()))
    if not words:
        return None
    words = f"{words} Buy more before texts are refused"
    return Need("need_credits", "attention", "exclamation-triangle", words, url_for("account.index"))


def _many_failures() -> Need | None:
    spike = find_spike(database(), today=today())
    if spike is None:
        return None
    url = url_for("failed.index", since=spike.since.isoformat())
    return Need("need_spike", "bad", "exclamation-octagon", _spike_words(spike), url)


def _spike_words(spike: Spike) -> str:
    words = f"More texts fail than usual: {spike.percent} in 100 since yesterday"
    return words if spike.usually is None else f"{words}, usually {spike.usually}"


def _waiting_reply() -> Need | None:
    waiting = conversations.list_waiting(database(), limit=1)
    if not waiting:
        return None
    conversation = waiting[0].conversation
    since = conversation.waiting_since or conversation.last_at
    how_long = lasting((datetime.now(UTC) - since).total_seconds())
    unread = inbox_state.read_state(database()).unread_conversations
    others = f"; {plural(unread, 'conversation')} in all" if unread > 1 else ""
    words = f"A reply has been waiting to be read for {how_long}{others}"
    url = url_for("inbox.show", conversation_id=conversation.id)
    return Need("need_reply", "waiting", "inbox", words, url)


def _opt_out_hints() -> Need | None:
    hinted = inbox.list_hinted(database(), limit=MOST_COUNTED)
    if not hinted:
        return None
    count = f"{MOST_COUNTED} or more" if len(hinted) == MOST_COUNTED else f"{len(hinted)}"
    people = "person seems" if len(hinted) == 1 else "people seem"
    words = f"{count} {people} to want no more texts: please decide"
    url = url_for("inbox.show", conversation_id=hinted[0])
    return Need("need_opt_out", "attention", "slash-circle", words, url)


MOST_COUNTED = 50
