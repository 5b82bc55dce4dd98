"""Contexts of the inbox's pages."""

from dataclasses import dataclass, field
from typing import ClassVar

from webapp.inbox.forms import FilterForm, ReplyForm, SearchForm
from webapp.inbox.preview import ReplyPreview
from webapp.messaging.numbers import ERASED
from webapp.messaging.senders import Sender
from webapp.services.check import Check
from webapp.services.thread import Thread
from webapp.store.conversations import Conversation, ListedConversation
from webapp.store.drafts import Draft
from webapp.store.inbox_state import InboxState
from webapp.store.optouts import OptOut
from webapp.store.read_marks import Mark
from webapp.web.second_yes import SecondYesForm


@dataclass(frozen=True)
class ListedRow:
    """One line of the list. `waited`: how long the oldest unread text has waited, None if none does.

    `pick` names what was seen of the conversation, for marking it as read.
    """

    listed: ListedConversation
    waited: str | None
    url: str

    @property
    def pick(self) -> str:
        conversation = self.listed.conversation
        return f"{conversation.id}-{conversation.newest_row_id}"


@dataclass(frozen=True)
class InboxIndexPage:
    """The list. `searched` is what was typed into the search, None without one; `people` those who are called
    so and stand above the texts in `rows`.

    `undoable`: what was just marked, if it can still be undone. `here`: this list's own address.
    `fragment_title`: the page's title for a poll's answer, None where it must not be renewed.
    """

    template: ClassVar[str] = "inbox/index.html"
    rows: tuple[ListedRow, ...]
    people: tuple[ListedRow, ...]
    are_more_people: bool
    state: InboxState
    filter_form: FilterForm
    search_form: SearchForm
    searched: str | None
    is_filtered: bool
    newer_url: str | None
    older_url: str | None
    older_row_id: int | None
    undoable: Mark | None
    here: str
    export_url: str
    poll_url: str | None
    can_act: bool
    rings: bool
    counts_in_title: bool
    fragment_title: str | None
    alert_choices: tuple[str, ...]


@dataclass(frozen=True)
class Confirming:
    """The reply that waits for a yes. `changed`: what has changed since the page that was confirmed."""

    draft: Draft
    check: Check
    sender: Sender
    changed: str | None = None
    refused: SecondYesForm | None = None


@dataclass(frozen=True)
class InboxShowPage:
    """A conversation with its reply box, or with the reply that waits for a yes (`confirming`).

    `name`: what they are called, as far as a list has said; a poll's answer brings it along (`renews_name`).
    `newest`: the newest text of theirs that this page shows as seen; `replying` the names of others who are
    writing; `next_waiting` the conversation that has waited longest, apart from this one.
    """

    template: ClassVar[str] = "inbox/show.html"
    conversation: Conversation
    name: str
    renews_name: bool
    thread: Thread
    newest: int
    is_latest: bool
    replying: tuple[str, ...]
    opt_out: OptOut | None
    can_reply: bool
    can_act: bool
    reply_form: ReplyForm
    preview: ReplyPreview
    sender_note: str | None
    confirming: Confirming | None
    next_waiting: Conversation | None
    undoable: Mark | None
    missed: bool
    poll_url: str | None
    authors: dict[int, str] = field(default_factory=dict)
    earlier_url: str | None = None
    later_url: str | None = None

    @property
    def is_erased(self) -> bool:
        """Whether nobody knows any more whose number it was."""
        return self.conversation.number.startswith(f"{ERASED}-")
