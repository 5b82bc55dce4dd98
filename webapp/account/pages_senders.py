from dataclasses import dataclass
from typing import ClassVar

from webapp.account.forms_senders import SenderForm
from webapp.messaging.senders import Sender
from webapp.store.senders import ListedSender


@dataclass(frozen=True)
class AccountSendersPage:
    """`senders`, as they read and with their history, in the order in which they are offered."""

    template: ClassVar[str] = "account/senders.html"
    senders: tuple[tuple[Sender, ListedSender], ...]
    sender_form: SenderForm
    may_change: bool
