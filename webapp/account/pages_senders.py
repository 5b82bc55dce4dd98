from dataclasses import dataclass
from typing import ClassVar

from webapp.account.forms_senders import SenderForm
from webapp.messaging.senders import Sender


@dataclass(frozen=True)
class AccountSendersPage:
    """`senders` in the order in which they are offered; `may_change` is the admins' part."""

    template: ClassVar[str] = "account/senders.html"
    senders: tuple[Sender, ...]
    sender_form: SenderForm
    may_change: bool
