"""A scheduled text on its own page: what can be done with it, and how far a change of it has come."""

from dataclasses import dataclass

from webapp.services.change_scheduled import kept_from_cancelling, why_not
from webapp.services.changes_told import ToldChange, told_of
from webapp.services.follow_scheduled import SCHEDULED
from webapp.services.scheduled import find_entry
from webapp.store.calls import Call, OutboxState
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database, settings


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the signed-in person may do now with a text that has not gone yet."""

    change: bool = False
    cancel: bool = False
    withdraw: bool = False


def told_changes(call: Call) -> tuple[ToldChange, ...]:
    """The changes that it is, or was, part of; none for a text that is not scheduled."""
    if not call.operation.is_scheduled:
        return ()
    return told_of(database(), call.ref, call, timezone=settings().timezone)


def allowed(call: Call) -> Allowed:
    is_waiting = call.state is OutboxState.QUEUED
    is_held_there = call.schedule_status == SCHEDULED
    if not signed_in_user().role.includes(Role.SENDER) or not (is_waiting or is_held_there):
        return Allowed()
    if not call.operation.is_scheduled:
        return Allowed(withdraw=is_waiting)
    is_free = kept_from_cancelling(database(), call.ref) is None
    entry = find_entry(database(), call.ref)
    return Allowed(
        change=entry is not None and why_not(database(), entry) is None,
        cancel=is_free and is_held_there,
        withdraw=is_free and is_waiting,
    )
