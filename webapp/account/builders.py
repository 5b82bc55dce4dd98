"""Building the account page."""

from flask_wtf import FlaskForm

from webapp.account.forms import MobileForm, PasswordForm, SenderForm
from webapp.account.pages import AccountIndexPage, Webhook
from webapp.messaging.numbers import format_number
from webapp.messaging.senders import parse_sender
from webapp.store import readings, senders
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database, settings


def build_index(
    *,
    mobile_form: FlaskForm | None = None,
    password_form: FlaskForm | None = None,
    sender_form: FlaskForm | None = None,
) -> AccountIndexPage:
    """The page, with the one form that was refused as it was typed."""
    user = signed_in_user()
    return AccountIndexPage(
        mobile_form=mobile_form
        or MobileForm(formdata=None, data={"mobile": format_number(user.mobile or "")}),
        password_form=password_form or PasswordForm(formdata=None),
        sender_form=sender_form or SenderForm(formdata=None),
        senders=tuple(parse_sender(sender) for sender in senders.list_senders(database())),
        balance=readings.last_credits(database()),
        provider=readings.last_heartbeat(database(), readings.PROVIDER),
        provider_url=settings().smsworks_url,
        is_admin=user.role is Role.ADMIN,
        webhooks=_webhooks() if user.role is Role.ADMIN else (),
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
