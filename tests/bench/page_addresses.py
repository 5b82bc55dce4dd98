"""Every page that lists or counts: how it is asked for over a record that `generate` has made."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from itertools import combinations
from typing import Protocol
from urllib.parse import urlencode

from tests.bench.asking import Ask
from tests.bench.traffic import COMMON_WORD, OUR_NUMBER, RARE_WORD, number_of
from tests.bench.trail import OFTEN_DOING, OFTEN_DONE, SELDOM_DOING, SELDOM_DONE
from webapp.store.connection import read_time
from webapp.store.record import Source
from webapp.web.pagination import write_place, write_time

POLLED = {"HX-Request": "true"}
TODAY = datetime.now(UTC).date()
_LINK_ON = re.compile(r'href="([^"]*[?&](?:before|after)=[^"]*)"')
_BEFORE = re.compile(r'name="before" value="([^"]*)"')


class House(Protocol):
    """One record, and somebody signed in who asks for its pages."""

    def read(self, ask: Ask) -> str: ...
    def value(self, sql: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Page:
    """`ask_of` says how it is asked for in one record.

    `whole` asks for the same list, whole: over a small record a filter leaves fewer rows than a page has, and
    what that costs says nothing.
    """

    name: str
    ask_of: Callable[[House], Ask]
    is_unchanged_poll: bool = False
    whole: Callable[[House], Ask] | None = None


def always(ask: Ask) -> Callable[[House], Ask]:
    """The same in every record."""
    return lambda _house: ask


def at(name: str, path: str, form: Mapping[str, str] | None = None, **arguments: str) -> Page:
    whole = always(Ask(path.partition("?")[0])) if arguments or form else None
    return Page(name, always(Ask(_address(path, arguments), form)), whole=whole)


def next_of(page: Page) -> Page:
    """The page behind its link to older or further rows; itself if it is the last."""

    def ask_of(house: House) -> Ask:
        ask = page.ask_of(house)
        found = _LINK_ON.findall(house.read(ask))
        return replace(ask, path=unescape(found[-1])) if found else ask

    return Page(f"{page.name}, next page", ask_of, whole=page.whole)


def next_found(page: Page) -> Page:
    """The same for a search, which is posted."""

    def ask_of(house: House) -> Ask:
        ask = page.ask_of(house)
        found = _BEFORE.search(house.read(ask))
        return Ask(ask.path, {**(ask.form or {}), "before": found[1]}) if found else ask

    return Page(f"{page.name}, next page", ask_of, whole=page.whole)


def poll(name: str, path: str | Callable[[House], str], address: Callable[[str], str]) -> Page:
    """What a page that is up to date asks; nothing has changed."""

    def ask_of(house: House) -> Ask:
        page = house.read(Ask(path if isinstance(path, str) else path(house)))
        return Ask(address(page), headers=POLLED, status=204)

    return Page(f"{name}, unchanged poll", ask_of, is_unchanged_poll=True)


def _address(path: str, arguments: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(arguments)}" if arguments else path


def _poll_of(block: str) -> Callable[[str], str]:
    return lambda text: unescape(text.split(f'id="{block}"')[1].split('hx-get="')[1].split('"')[0])


def _days(back: int) -> dict[str, str]:
    return {"since": f"{TODAY - timedelta(days=back)}", "until": f"{TODAY}"}


MESSAGE_FILTERS: dict[str, dict[str, str]] = {
    "sent": {"direction": "out"},
    "received": {"direction": "in"},
    "delivered": {"status": "DELIVERED"},
    "undeliverable": {"status": "UNDELIVERABLE"},
    "rejected": {"status": "REJECTED"},
    "refused": {"status": "refused"},
    "a sender": {"sender": "Pharmacy"},
    "a tag": {"tag": "reminder"},
    "a rare tag": {"tag": "closing"},
    "a keyword": {"keyword": "FLU"},
    "failed": {"status": "failed"},
    "waiting": {"status": "waiting"},
    "some days": {"since": f"{TODAY - timedelta(days=20)}", "until": f"{TODAY - timedelta(days=1)}"},
    "one credit": {"credits": "1"},
    "three credits": {"credits": "3"},
    "no credits": {"credits": "0"},
}


THREE_FILTERS: dict[str, dict[str, str]] = {
    "three credits + a sender + rejected": {"credits": "3", "sender": "Pharmacy", "status": "REJECTED"},
    "one credit + a sender + rejected": {"credits": "1", "sender": "Pharmacy", "status": "REJECTED"},
    "one credit + a tag + failed": {"credits": "1", "tag": "reminder", "status": "failed"},
    "one credit + a tag + a sender": {"credits": "1", "tag": "closing", "sender": "Pharmacy"},
    "three credits + a tag + delivered": {"credits": "3", "tag": "reminder", "status": "DELIVERED"},
}
NEXT_TO_NOTHING = {"status": "REJECTED", "sender": "Pharmacy", "tag": "closing"}
LONG_AGO = {"since": f"{TODAY - timedelta(days=300)}", "until": f"{TODAY - timedelta(days=290)}"}


def _messages() -> Iterator[Page]:
    listed = at("Messages", "/messages")
    yield from (listed, next_of(listed))
    yield Page("Messages, last page", _last_messages)
    filters = {name: at(f"Messages: {name}", "/messages", **words) for name, words in MESSAGE_FILTERS.items()}
    yield from filters.values()
    yield next_of(filters["delivered"])
    for (one, left), (other, right) in combinations(MESSAGE_FILTERS.items(), 2):
        if not set(left) & set(right):
            yield at(f"Messages: {one} + {other}", "/messages", **left, **right)
    yield from (at(f"Messages: {name}", "/messages", **words) for name, words in THREE_FILTERS.items())
    every = {"status": "DELIVERED", "sender": "Textdesk", "tag": "recall", "direction": "out", **_days(25)}
    every |= {"credits": "1"}
    yield at("Messages: every filter", "/messages", **every)
    yield from _messages_of_batch()
    yield from _messages_by_metadata()
    searches = {
        "a whole number": number_of(7).replace("44", "0", 1),
        "the end of a number": "0017",
        "a number nobody has": "999999999",
        "a word in most texts": COMMON_WORD,
        "a rare word": RARE_WORD,
        "a word nobody wrote": "xylophone",
        "two common words": f"{COMMON_WORD} march",
        "a common and a rare word": f"{COMMON_WORD} {RARE_WORD}",
    }
    found = {what: at(f"Messages: search {what}", "/messages", {"q": q}) for what, q in searches.items()}
    yield from found.values()
    yield next_found(found["a word in most texts"])
    yield at("Messages: search + rejected", "/messages?status=REJECTED", {"q": COMMON_WORD})
    yield at("Messages: search + a rare tag", "/messages?tag=closing", {"q": COMMON_WORD})
    yield at(
        "Messages: search + next to nothing", f"/messages?{urlencode(NEXT_TO_NOTHING)}", {"q": COMMON_WORD}
    )
    yield at("Messages: search + days long ago", f"/messages?{urlencode(LONG_AGO)}", {"q": COMMON_WORD})
    yield at("Messages: search + three credits", "/messages?credits=3", {"q": COMMON_WORD})
    yield at("Messages: search + received", "/messages?direction=in", {"q": COMMON_WORD})
    yield at("Messages: search + failed", "/messages?status=failed", {"q": RARE_WORD})
    yield at("Messages: a number + failed", "/messages?status=EXPIRED", {"q": "0017"})
    yield at("Messages: a number + next to nothing", f"/messages?{urlencode(NEXT_TO_NOTHING)}", {"q": "447"})
    yield Page("a message", lambda house: Ask(f"/messages/{house.value(_MIDDLE)}"))


def _messages_of_batch() -> Iterator[Page]:
    """Of ours the largest: a small one has no second page. Of another program's any."""
    for name, in_address in (("a batch", _largest_batch), ("another program’s batch", _batch_of_other)):
        listed = Page(f"Messages: {name}", partial(_filtered, in_address, {}), whole=always(Ask("/messages")))
        yield from (listed, next_of(listed))
        for what, more in {**MESSAGE_FILTERS, "failed + a sender": FAILED_OF_SENDER}.items():
            ask_of = partial(_filtered, in_address, more)
            yield Page(f"Messages: {name} + {what}", ask_of, whole=always(Ask("/messages")))
    for what, words in {"a common word": COMMON_WORD, "a rare word": RARE_WORD, "a number": "0017"}.items():
        ask_of = partial(_filtered, _largest_batch, {}, form={"q": words})
        yield Page(f"Messages: a batch, search {what}", ask_of, whole=always(Ask("/messages")))


def _messages_by_metadata() -> Iterator[Page]:
    pairs = {"metadata": "ward=north", "common metadata": "system", "seldom metadata": "seldom=yes"}
    for name, pair in pairs.items():
        listed = at(f"Messages: {name}", "/messages", {"metadata": pair})
        yield from (listed, next_found(listed))
        for what, more in {**MESSAGE_FILTERS, **THREE_FILTERS}.items():
            yield at(f"Messages: {name} + {what}", _address("/messages", more), {"metadata": pair})
        for what, words in {
            "a common word": COMMON_WORD,
            "a rare word": RARE_WORD,
            "a number": "447",
        }.items():
            yield at(f"Messages: {name}, search {what}", "/messages", {"metadata": pair, "q": words})
    yield at("Messages: metadata nobody has", "/messages", {"metadata": "ward=none"})


FAILED_OF_SENDER = {"status": "failed", "sender": "Textdesk"}


def _filtered(
    in_address: Callable[[House], Mapping[str, str]],
    more: Mapping[str, str],
    house: House,
    form: Mapping[str, str] | None = None,
) -> Ask:
    return Ask(_address("/messages", {**in_address(house), **more}), form)


def _largest_batch(house: House) -> dict[str, str]:
    return {"batch": house.value("SELECT ref FROM batches WHERE state = 'sent' ORDER BY rows_read DESC")}


def _batch_of_other(house: House) -> dict[str, str]:
    return {"batch": house.value("SELECT batch_id FROM messages WHERE batch_id IS NOT NULL ORDER BY id")}


_MIDDLE = "SELECT message_id FROM messages WHERE id = (SELECT MAX(id) / 2 FROM messages)"


def _last_messages(house: House) -> Ask:
    created_at = read_time(house.value("SELECT created_at FROM messages WHERE id = 60"))
    return Ask(_address("/messages", {"before": write_place(created_at, Source.MESSAGE, 60)}))


FAILED_FILTERS: dict[str, dict[str, str]] = {
    "a reason": {"reason": "UNDELIVERABLE.5001"},
    "a rare reason": {"reason": "REJECTED."},
    "a reason of ours": {"reason": "REFUSED.gave_up"},
    "temporary": {"lasts": "temporary"},
    "a sender": {"sender": "Pharmacy"},
    "a tag": {"tag": "reminder"},
    "a week": _days(7),
    "a year": _days(364),
}


def _failed() -> Iterator[Page]:
    listed = at("Failed", "/failed")
    yield from (listed, next_of(listed))
    filters = {name: at(f"Failed: {name}", "/failed", **words) for name, words in FAILED_FILTERS.items()}
    yield from filters.values()
    yield next_of(filters["a year"])
    of_batch = Page("Failed: a batch", partial(_failed_of_batch, {}), whole=always(Ask("/failed")))
    yield from (of_batch, next_of(of_batch))
    for what, more in FAILED_FILTERS.items():
        yield Page(f"Failed: a batch + {what}", partial(_failed_of_batch, more), whole=always(Ask("/failed")))
    for (one, left), (other, right) in combinations(FAILED_FILTERS.items(), 2):
        if not set(left) & set(right):
            yield at(f"Failed: {one} + {other}", "/failed", **left, **right)
    yield at("Failed: plot by day", "/failed/plots/days.svg")
    yield at("Failed: plot by reason, a year", "/failed/plots/reasons.svg", **_days(364))


def _failed_of_batch(more: Mapping[str, str], house: House) -> Ask:
    """The largest: a small one has no second page."""
    return Ask(_address("/failed", {**_largest_batch(house), **more}))


def _scheduled() -> Iterator[Page]:
    for name, arguments in (("to come", {}), ("past", {"show": "past"})):
        listed = at(f"Scheduled: {name}", "/scheduled", **arguments)
        yield from (listed, next_of(listed))


INBOX_FILTERS: dict[str, dict[str, str]] = {
    "unread": {"unread": "1"},
    "a keyword": {"keyword": "FLU"},
    "a reply number": {"to": OUR_NUMBER},
    "a year": _days(364),
}


def _inbox() -> Iterator[Page]:
    listed = at("Inbox", "/inbox")
    yield from (listed, next_of(listed))
    yield Page("Inbox, last page", _last_conversations)
    yield Page("Inbox: a year, its last page", _first_texts)
    filters = {name: at(f"Inbox: {name}", "/inbox", **words) for name, words in INBOX_FILTERS.items()}
    yield from filters.values()
    yield next_of(filters["a year"])
    for (one, left), (other, right) in combinations(INBOX_FILTERS.items(), 2):
        yield at(f"Inbox: {one} + {other}", "/inbox", **left, **right)
    for what, words in {"a common word": "please", "a rare word": RARE_WORD, "a number": "0017"}.items():
        yield at(f"Inbox: search {what}", "/inbox", {"q": words})
    yield next_found(at("Inbox: search a common word", "/inbox", {"q": "please"}))
    yield Page("a conversation", lambda house: Ask(_conversation(house)))
    listed = at("Opt-outs", "/inbox/opt-outs")
    yield from (listed, next_of(listed))


_CONVERSATION = "SELECT id FROM conversations WHERE unread = 0 ORDER BY id LIMIT 1 OFFSET 9"


def _conversation(house: House) -> str:
    return f"/inbox/{house.value(_CONVERSATION)}"


def _last_conversations(house: House) -> Ask:
    last_at = house.value(
        "SELECT last_at FROM conversations WHERE unread = 0 ORDER BY last_at LIMIT 1 OFFSET 45"
    )
    return Ask(_address("/inbox", {"after": f"r{write_time(read_time(last_at))}-{2**62}"}))


def _first_texts(house: House) -> Ask:
    """Of a year: who has texted long ago, and mostly again since."""
    at = house.value("SELECT last_at FROM conversations ORDER BY last_at LIMIT 1 OFFSET 45")
    return Ask(_address("/inbox", {**_days(364), "after": f"m{write_time(read_time(at))}-{2**62}"}))


def _batches() -> Iterator[Page]:
    listed = at("Batches", "/batches")
    yield from (listed, next_of(listed))
    for name, order in (
        ("a batch of the usual size", "ASC LIMIT 1 OFFSET 50"),
        ("the largest batch", "DESC"),
    ):
        shown = Page(f"{name[:1].upper()}{name[1:]}", partial(_batch, order, {}))
        yield shown
        for which, chosen in (("failed", "failed"), ("delivered", "DELIVERED")):
            ask_of = partial(_batch, order, {"show": chosen})
            yield Page(f"{shown.name}, {which} ones", ask_of, whole=shown.ask_of)
    largest = Page("The largest batch", partial(_batch, "DESC", {}))
    yield Page("The largest batch, its last rows", partial(_last_rows, "DESC"))
    yield next_of(Page(largest.name, largest.ask_of))


def _batch(order: str, arguments: Mapping[str, str], house: House) -> Ask:
    ref = house.value(f"SELECT ref FROM batches WHERE state = 'sent' ORDER BY rows_read {order}")  # noqa: S608
    return Ask(_address(f"/batches/{ref}", arguments))


def _last_rows(order: str, house: House) -> Ask:
    rows = int(house.value(f"SELECT rows_read FROM batches ORDER BY rows_read {order}"))  # noqa: S608
    return _batch(order, {"after": str(rows - 50)}, house)


AUDIT_FILTERS: dict[str, dict[str, str]] = {
    "a person": {"person": OFTEN_DOING},
    "somebody who did little": {"person": SELDOM_DOING},
    "an action": {"action": OFTEN_DONE},
    "a rare action": {"action": SELDOM_DONE},
    "a subject": {"subject": "d7"},
    "a year": _days(364),
}


def _audit() -> Iterator[Page]:
    listed = _trail("Audit trail")
    yield from (listed, next_of(listed))
    filters = {name: _trail(f"Audit trail: {name}", **words) for name, words in AUDIT_FILTERS.items()}
    yield from filters.values()
    yield next_of(filters["a year"])
    for (one, left), (other, right) in combinations(AUDIT_FILTERS.items(), 2):
        if not set(left) & set(right):
            yield _trail(f"Audit trail: {one} + {other}", **left, **right)


def _trail(name: str, **words: str) -> Page:
    whole = Ask("/account/audit", person="admin")
    return Page(name, always(replace(whole, path=_address(whole.path, words))), whole=always(whole))


PAGES: tuple[Page, ...] = (
    at("Home", "/"),
    *_messages(),
    *_failed(),
    *_scheduled(),
    *_inbox(),
    *_batches(),
    *_audit(),
    at("Account", "/account"),
    Page("Account, spend of this month", lambda _house: Ask("/account/spend")),
    Page("Account, spend of some days", lambda _house: Ask(f"/account/spend?{urlencode(_days(75))}")),
    Page("Account, spend of a year", lambda _house: Ask("/account/spend?since=2025-01-01")),
    poll("Home", "/", _poll_of("home_state")),
    poll("Messages", "/messages", _poll_of("messages_list")),
    poll("Scheduled", "/scheduled", _poll_of("scheduled_list")),
    poll("Inbox", "/inbox", _poll_of("inbox_list")),
    poll("A conversation", _conversation, _poll_of("conversation_texts")),
)
