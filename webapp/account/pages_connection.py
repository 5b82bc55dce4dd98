from dataclasses import dataclass
from typing import ClassVar

from webapp.account.forms_connection import KeyForm, TokenForm
from webapp.store.batches import Batch
from webapp.store.provider_tokens import AskedToken, StoredToken
from webapp.store.readings import Heartbeat


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the provider posts something by itself, and when it last did; `url` is for admins only."""

    what: str
    url: str
    last: Heartbeat | None


@dataclass(frozen=True)
class AccountConnectionPage:
    """`provider` is when it was last asked and what was wrong. `customer_id` is whose texts the record holds.

    `token` is the stored one in use; without it `has_environment_token` decides. For admins only:
    `candidate`, which waits for its test or, if it passed one, for a second yes to another customer; `asked`,
    which has no answer; `paused`, the batches that wait; `webhooks`.
    """

    template: ClassVar[str] = "account/connection.html"
    provider: Heartbeat | None
    provider_url: str
    customer_id: str | None
    token: StoredToken | None
    has_environment_token: bool
    candidate: StoredToken | None
    asked: AskedToken | None
    paused: tuple[Batch, ...]
    key_form: KeyForm
    token_form: TokenForm
    may_change: bool
    webhooks: tuple[Webhook, ...]
