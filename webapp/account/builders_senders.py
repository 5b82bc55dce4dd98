"""Building the page of the sender IDs."""

from webapp.account.forms_senders import SenderForm
from webapp.account.pages_senders import AccountSendersPage
from webapp.messaging.senders import parse_sender
from webapp.store import senders
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database


def build_senders(*, sender_form: SenderForm | None = None) -> AccountSendersPage:
    """The page, with the form as it was typed if it was refused."""
    return AccountSendersPage(
        senders=tuple((parse_sender(each.sender), each) for each in senders.describe_senders(database())),
        sender_form=sender_form or SenderForm(formdata=None),
        may_change=signed_in_user().role is Role.ADMIN,
    )
