"""Building Home."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flask import url_for

from webapp.home.attention import more_needs, troubles
from webapp.home.pages import HomeIndexPage
from webapp.home.plots import figures
from webapp.home.setup import steps_left
from webapp.services.outcomes import outcomes_of
from webapp.services.scheduled import Entry, next_to_go, unlisted
from webapp.store import batches, calls, readings, twins, users
from webapp.store.batches import BatchState
from webapp.store.calls import Call
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database
from webapp.web.fragments import version_of

RECENT_ROWS = 8
SCHEDULED_ROWS = 5
UNKNOWN_ROWS = 20
GIVEN_UP_SHOWN_FOR = timedelta(hours=24)
MISSING_SHOWN_FOR = timedelta(days=14)


def build_index(*, is_whole: bool = True) -> HomeIndexPage:
    """Without the plots unless it `is_whole`: polls leave those as they are."""
    now = datetime.now(UTC)
    unknown = outcomes_of(database(), calls.list_unknown(database(), limit=UNKNOWN_ROWS))
    needs_person = tuple(outcome for outcome in unknown if outcome.call.needs_person)
    given_up = twins.list_given_up(database(), since=now - GIVEN_UP_SHOWN_FOR)
    missing = calls.list_missing(database(), since=now - MISSING_SHOWN_FOR)
    scheduled = tuple(next_to_go(database(), limit=SCHEDULED_ROWS))
    last = calls.list_recent(database(), limit=RECENT_ROWS + SCHEDULED_ROWS)
    recent = tuple(outcomes_of(database(), _without(scheduled, last)[:RECENT_ROWS]))
    provider = readings.last_heartbeat(database(), readings.PROVIDER)
    setup = steps_left(signed_in_user(), has_sent=bool(last))
    page = HomeIndexPage(
        needs_person=needs_person,
        outcome_urls={outcome.call.id: _url_of(outcome.call) for outcome in needs_person},
        paused=tuple(batches.list_in_state(database(), BatchState.PAUSED)),
        looking=calls.count_unknown(database()) - len(needs_person),
        given_up=tuple(outcomes_of(database(), given_up)),
        missing=tuple(outcomes_of(database(), missing)),
        unlisted=len(unlisted(database())),
        more_needs=more_needs(),
        plots=figures() if is_whole else {},
        scheduled=scheduled,
        recent=recent,
        authors=users.names_of(database(), {outcome.call.created_by for outcome in recent}),
        provider=provider,
        can_send=signed_in_user().role.includes(Role.SENDER),
        setup=setup,
        troubles=troubles(provider, connection_is_to_do=any(step.name == "connection" for step in setup)),
        version="",
    )
    return replace(page, version=_version(page))


def _without(scheduled: tuple[Entry, ...], listed: list[Call]) -> list[Call]:
    """Those that do not stand on the page already as what goes next."""
    shown = {entry.reference for entry in scheduled}
    return [call for call in listed if call.ref not in shown]


def _version(page: HomeIndexPage) -> str:
    """Everything that a poll renews."""
    return version_of(
        page.looking,
        [outcome.call.id for outcome in (*page.needs_person, *page.given_up, *page.missing)],
        page.unlisted,
        [(batch.id, batch.updated_at) for batch in page.paused],
        page.more_needs,
        [(entry.place, entry.meaning.word) for entry in page.scheduled],
        page.provider is None,
        page.troubles,
        page.setup,
        [(outcome.call.id, outcome.version) for outcome in page.recent],
    )


def _url_of(call: Call) -> str:
    """Where what became of a call is shown."""
    batch = (
        batches.get_batch(database(), call.batch_id) if call.batch_id and call.operation.is_batch else None
    )
    if batch is not None:
        return url_for("batches.show", ref=batch.ref)
    return url_for("messages.show", reference=call.ref)
