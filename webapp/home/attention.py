"""What else needs a person: replies that wait, people who may want no more texts, credits, failures."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import url_for

from webapp.messaging.words import lasting, plural
from webapp.services.batches.sending import valid_rows
from webapp.services.spike import Spike, find_spike
from webapp.smsworks.errors import BadCredentials
from webapp.store import approvals, conversations, inbox, inbox_state, readings, users
from webapp.store.approvals import Request
from webapp.store.readings import Heartbeat
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.banners import (
    NOT_ACCEPTED,
    NOT_CONNECTED,
    is_connected,
    words_about_credits,
    words_about_worker,
    worker_is_running,
)
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
    return (*_approvals(), *(need for need in found if need is not None))


def troubles(provider: Heartbeat | None, *, connection_is_to_do: bool) -> tuple[Need, ...]:
    """What keeps everything from working; the first of it may be among an administrator's steps already."""
    about_provider = () if connection_is_to_do else _provider_trouble(provider)
    return (*about_provider, *_worker_trouble())


def _provider_trouble(provider: Heartbeat | None) -> tuple[Need, ...]:
    if not is_connected():
        words = NOT_CONNECTED.rstrip(".")
    elif provider is None or not provider.detail:
        return ()
    elif provider.code == BadCredentials.own_code:
        words = NOT_ACCEPTED.rstrip(".")
    else:
        words = f"{provider.detail} Nothing is sent or received until it answers; Textdesk keeps asking"
    return (Need("need_provider", "bad", "exclamation-octagon", words, url_for("account.connection")),)


def _worker_trouble() -> tuple[Need, ...]:
    if worker_is_running():
        return ()
    words, url = words_about_worker(signed_in_user()), url_for("account.connection")
    return (Need("need_worker", "bad", "exclamation-octagon", words, url),)


def _approvals() -> tuple[Need, ...]:
    """What waits for the yes of the person asking, and what they were sent back."""
    user = signed_in_user()
    if not user.role.includes(Role.SENDER):
        return ()
    waiting = [each for each in approvals.list_waiting(database()) if each.approval.asked_by != user.id]
    back = approvals.list_sent_back(database(), asked_by=user.id)
    names = users.names_of(database(), {each.approval.asked_by for each in waiting}) if waiting else {}
    return (
        *(_to_approve(each, names.get(each.approval.asked_by, "")) for each in waiting[:MOST_NAMED]),
        *(_sent_back(each) for each in back[:MOST_NAMED]),
    )


def _to_approve(request: Request, author: str) -> Need:
    batch = request.batch
    people = plural(valid_rows(batch), "person", "people")
    words = f"{author} asks you to approve the batch {batch.name}, to {people}"
    tone = "attention"
    if batch.text.scheduled_at is not None:
        left = (batch.text.scheduled_at - datetime.now(UTC)).total_seconds()
        tone = "bad" if left < SOON_SECONDS else tone
        words += f": it is to go in {lasting(left)}" if left > 0 else ": the time it was to go at has passed"
    url = url_for("batches.approve", ref=batch.ref)
    return Need(f"need_approval_{request.approval.id}", tone, "people", words, url)


def _sent_back(request: Request) -> Need:
    words = f"Your batch {request.batch.name} was sent back to you: nothing has gone"
    url = url_for("batches.check", ref=request.batch.ref)
    return Need(f"need_back_{request.approval.id}", "attention", "reply", words, url)


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
    can_decide = signed_in_user().role.includes(Role.SENDER)
    who = "please decide" if can_decide else "a colleague who may send has to decide"
    words = f"{count} {people} to want no more texts: {who}"
    url = url_for("inbox.show", conversation_id=hinted[0])
    return Need("need_opt_out", "attention", "slash-circle", words, url)


MOST_COUNTED = 50
MOST_NAMED = 5
SOON_SECONDS = 3600
