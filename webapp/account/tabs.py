"""The pages of Account, in the order of their tabs."""

from typing import NamedTuple

from flask import request, url_for

from webapp.account import blueprint
from webapp.store.users import Role
from webapp.web.auth import current_user_or_none

# A page is one line here: label, endpoint, and the least role that is offered it.
PAGES = (
    ("Credits", "account.index", Role.VIEWER),
    ("Sender IDs", "account.senders", Role.VIEWER),
    ("Connection", "account.connection", Role.VIEWER),
    ("You", "account.you", Role.VIEWER),
)


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
            Tab(label, url_for(endpoint), current=request.endpoint == endpoint)
            for label, endpoint, role in PAGES
            if user and user.role.includes(role)
        )
    }
