"""Recording what the signed-in person did."""

from datetime import UTC, datetime

from webapp.store import audit
from webapp.web.auth import current_user_or_none
from webapp.web.context import database


def record(action: str, subject: str | None = None, **details: object) -> None:
    """Add to the audit trail. No message texts and no whole phone numbers in `details`."""
    user = current_user_or_none()
    audit.record(
        database(),
        now=datetime.now(UTC),
        user_id=user.id if user else None,
        user_name=user.name if user else "",
        action=action,
        subject=subject,
        details=details,
    )
