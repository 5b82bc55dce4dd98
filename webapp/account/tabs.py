"""The pages of Account, in the order of their tabs."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import request

from webapp.account import blueprint
from webapp.store.users import Role
from webapp.web.auth import current_user_or_none
from webapp.web.remembered import address

# A page is one line here: label, endpoint, and the least role that is offered it.
PAGES = (
    ("Credits", "account.index", Role.VIEWER),
    ("Spend", "account.spend", Role.VIEWER),
    ("Sender IDs", "account.senders", Role.VIEWER),
    ("Connection", "account.connection", Role.VIEWER),
    ("Staff", "account.staff", Role.ADMIN),
    ("Sending rules", "account.rules", Role.VIEWER),
    ("Erasing", "account.erasing", Role.VIEWER),
    ("You", "account.you", Role.VIEWER),
    ("Audit trail", "account.audit", Role.ADMIN),
)
# Pages without a tab of their own, and the one they stand below.
BELOW: Mapping[str | None, str] = {
    "account.add_sender": "account.senders",
    "account.errors": "account.connection",
    "account.enter_token": "account.connection",
    "account.fetch_token": "account.connection",
    "account.member": "account.staff",
    "account.add_member": "account.staff",
    "account.set_two_factor_rule": "account.staff",
    "account.make_link": "account.staff",
    "account.set_role": "account.staff",
    "account.two_factor": "account.you",
    "account.begin_two_factor": "account.you",
    "account.confirm_two_factor": "account.you",
    "account.renew_recovery_codes": "account.you",
    "account.end_two_factor": "account.you",
}


class Tab(NamedTuple):
    label: str
    url: str
    current: bool


@blueprint.context_processor
def tabs() -> dict[str, tuple[Tab, ...]]:
    """`account_tabs`, for templates/account/base.html; none on the pages that refuse somebody signed out."""
    user = current_user_or_none()
    return {
        "account_tabs": tuple(
            Tab(label, address(endpoint), current=endpoint in (request.endpoint, BELOW.get(request.endpoint)))
            for label, endpoint, role in PAGES
            if user and user.role.includes(role)
        )
    }
