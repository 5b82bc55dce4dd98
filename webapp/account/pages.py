from dataclasses import dataclass
from typing import ClassVar

from webapp.account.forms import MobileForm, PasswordForm, SenderForm
from webapp.messaging.senders import Sender
from webapp.store.readings import Heartbeat, Reading


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the provider posts something by itself, and when it last did; `url` is for admins only."""

    what: str
    url: str
    last: Heartbeat | None


@dataclass(frozen=True)
class AccountIndexPage:
    template: ClassVar[str] = "account/index.html"
    mobile_form: MobileForm
    password_form: PasswordForm
    sender_form: SenderForm
    senders: tuple[Sender, ...]
    balance: Reading | None
    provider: Heartbeat | None
    provider_url: str
    is_admin: bool
    webhooks: tuple[Webhook, ...]
