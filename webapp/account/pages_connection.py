from dataclasses import dataclass
from typing import ClassVar

from webapp.store.readings import Heartbeat


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the provider posts something by itself, and when it last did; `url` is for admins only."""

    what: str
    url: str
    last: Heartbeat | None


@dataclass(frozen=True)
class AccountConnectionPage:
    """`provider` is when it was last asked and what was wrong; `webhooks` stay empty for all but admins."""

    template: ClassVar[str] = "account/connection.html"
    provider: Heartbeat | None
    provider_url: str
    may_change: bool
    webhooks: tuple[Webhook, ...]
