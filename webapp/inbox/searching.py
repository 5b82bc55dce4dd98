"""What is looked for in the inbox: people by their name or a part of their number, texts by their words."""

from dataclasses import dataclass

from webapp.inbox.forms import SearchForm
from webapp.store import inbox_search
from webapp.store.conversations import ListedConversation
from webapp.store.inbox_texts import Search
from webapp.web.context import database

ROWS_A_PAGE = 50
# A frequent name must not keep the texts that hold it as a word off the page.
PEOPLE_ABOVE_TEXTS = 10


@dataclass(frozen=True, slots=True)
class Found:
    """`people` stand above what else was found; `older`: what the next page begins after, if there is one."""

    listed: list[ListedConversation]
    older: int | None
    people: tuple[ListedConversation, ...] = ()
    are_more_people: bool = False


def find(form: SearchForm) -> Found:
    """One page."""
    digits = searched_number(form)
    if digits or form.people.data:
        return _find_people(form, digits)
    typed, before, limit = form.q.data or "", form.before_id(), ROWS_A_PAGE + 1
    listed = inbox_search.list_with_words(database(), typed, limit=limit, before_row_id=before)
    older = listed[ROWS_A_PAGE - 1].row_id if len(listed) > ROWS_A_PAGE else None
    people = [] if before else inbox_search.list_with_name(database(), typed, limit=PEOPLE_ABOVE_TEXTS + 1)
    return Found(
        listed[:ROWS_A_PAGE],
        older,
        people=tuple(_latest_first(people[:PEOPLE_ABOVE_TEXTS])),
        are_more_people=len(people) > PEOPLE_ABOVE_TEXTS,
    )


def searches_of(form: SearchForm) -> tuple[Search, ...]:
    """What the file of a search holds, in the order of its pages: nobody's texts twice."""
    typed = form.q.data or ""
    if digits := searched_number(form):
        return (Search(number_part=digits),)
    of_people = Search(called=typed)
    return (of_people,) if form.people.data else (of_people, Search(words=typed, but_called=typed))


def searched_number(form: SearchForm) -> str:
    """The digits that were looked for, if somebody's number holds them; else they are words like others."""
    digits = form.digits()
    return digits if digits and inbox_search.list_with_number(database(), digits, limit=1) else ""


def _find_people(form: SearchForm, digits: str) -> Found:
    look, asked = (
        (inbox_search.list_with_number, digits)
        if digits
        else (inbox_search.list_with_name, form.q.data or "")
    )
    listed = look(database(), asked, limit=ROWS_A_PAGE + 1, before_id=form.before_id())
    older = listed[ROWS_A_PAGE - 1].conversation.id if len(listed) > ROWS_A_PAGE else None
    return Found(_latest_first(listed[:ROWS_A_PAGE]), older)


def _latest_first(listed: list[ListedConversation]) -> list[ListedConversation]:
    """On one page; from page to page they come by when they first texted, since an index has them so."""
    return sorted(listed, key=lambda each: each.received_at, reverse=True)
