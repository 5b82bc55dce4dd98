"""Contexts of the pages about opt-outs."""

from dataclasses import dataclass
from typing import ClassVar

from webapp.inbox.forms import SearchForm
from webapp.inbox.forms_optouts import AddForm, RemoveForm, WordForm
from webapp.store.conversations import Conversation
from webapp.store.optouts import OptOut, OptOutEvent


@dataclass(frozen=True)
class InboxOptOutsPage:
    """Who wants no more texts. `searched`: the digits that were looked for, None without a search."""

    template: ClassVar[str] = "inbox/opt_outs.html"
    opt_outs: tuple[OptOut, ...]
    words: tuple[str, ...]
    add_form: AddForm
    word_form: WordForm
    search_form: SearchForm
    searched: str | None
    newer_url: str | None
    older_url: str | None
    can_act: bool
    is_admin: bool


@dataclass(frozen=True)
class InboxOptOutPage:
    """One number that has opted out, and what has happened about it."""

    template: ClassVar[str] = "inbox/opt_out.html"
    opt_out: OptOut
    events: tuple[OptOutEvent, ...]
    conversation: Conversation | None
    remove_form: RemoveForm
    can_act: bool
