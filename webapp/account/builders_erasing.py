"""Building the page about erasing."""

from webapp.account.forms_erasing import EraseNumberForm, RetentionForm
from webapp.account.pages_erasing import AccountErasingPage
from webapp.store import erasing_requests
from webapp.store.organisation import read_organisation
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database

REQUESTS_SHOWN = 20


def build_erasing(
    *, retention_form: RetentionForm | None = None, number_form: EraseNumberForm | None = None
) -> AccountErasingPage:
    """The page, with the one form that was refused as it was typed."""
    is_admin = signed_in_user().role is Role.ADMIN
    days = read_organisation(database()).retention_days
    requests = erasing_requests.list_requests(database(), limit=REQUESTS_SHOWN) if is_admin else []
    return AccountErasingPage(
        retention_days=days,
        retention_form=retention_form or RetentionForm(formdata=None, data={"days": days}),
        number_form=number_form or EraseNumberForm(formdata=None),
        requests=tuple(requests),
        is_admin=is_admin,
    )
