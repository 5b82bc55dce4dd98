"""Building the page about the connection to the provider."""

from webapp.account.pages_connection import AccountConnectionPage, Webhook
from webapp.store import readings
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database, settings


def build_connection() -> AccountConnectionPage:
    may_change = signed_in_user().role is Role.ADMIN
    return AccountConnectionPage(
        provider=readings.last_heartbeat(database(), readings.PROVIDER),
        provider_url=settings().smsworks_url,
        may_change=may_change,
        webhooks=_webhooks() if may_change else (),
    )


def _webhooks() -> tuple[Webhook, ...]:
    return (
        Webhook(
            "Delivery reports",
            settings().delivery_report_url,
            readings.last_heartbeat(database(), readings.DELIVERY_WEBHOOK),
        ),
        Webhook(
            "Texts that come in",
            settings().inbound_url,
            readings.last_heartbeat(database(), readings.INBOUND_WEBHOOK),
        ),
    )
