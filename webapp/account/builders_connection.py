"""Building the page about the connection to the provider."""

from webapp.account.forms_connection import KeyForm, TokenForm
from webapp.account.pages_connection import AccountConnectionPage, Webhook
from webapp.store import batches, provider_tokens, readings
from webapp.store.batches import BatchState
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database, settings


def build_connection(
    *, key_form: KeyForm | None = None, token_form: TokenForm | None = None
) -> AccountConnectionPage:
    """The page, with the form that was refused, but for the secrets in it."""
    may_change = signed_in_user().role is Role.ADMIN
    return AccountConnectionPage(
        provider=readings.last_heartbeat(database(), readings.PROVIDER),
        provider_url=settings().smsworks_url,
        customer_id=provider_tokens.known_customer(database()),
        token=provider_tokens.token_in_use(database()),
        has_environment_token=bool(settings().smsworks_token),
        candidate=provider_tokens.find_candidate(database()) if may_change else None,
        asked=provider_tokens.find_asked(database()) if may_change else None,
        paused=tuple(batches.list_in_state(database(), BatchState.PAUSED)) if may_change else (),
        key_form=key_form or KeyForm(formdata=None),
        token_form=token_form or TokenForm(formdata=None),
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
