"""Recording what the signed-in person did."""

from collections.abc import Mapping
from datetime import UTC, datetime

from webapp.store import audit
from webapp.web.auth import current_user_or_none
from webapp.web.context import database


def record(
    action: str,
    subject: str | None = None,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    **details: object,
) -> None:
    """Add to the audit trail. No message texts and no whole phone numbers in it.

    `action` says in a few words what was done; `subject` is the reference of what it was done to. A change of
    settings names them with what they were `before` and `after`, in the same words.
    """
    user = current_user_or_none()
    changed = {"before": before, "after": after}
    told = {name: _plain(values) for name, values in changed.items() if values is not None}
    audit.record(
        database(),
        now=datetime.now(UTC),
        user_id=user.id if user else None,
        user_name=user.name if user else "",
        action=action,
        subject=subject,
        details={**details, **told},
    )


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    """What JSON does not know, such as an amount or a time of day, as text."""
    return {
        name: value if value is None or isinstance(value, bool | int | float | str) else str(value)
        for name, value in values.items()
    }
