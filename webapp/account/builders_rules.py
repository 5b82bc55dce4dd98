from webapp.account.forms_rules import RulesForm
from webapp.account.pages_rules import AccountRulesPage
from webapp.store.organisation import read_organisation
from webapp.store.users import Role
from webapp.web.auth import signed_in_user
from webapp.web.context import database


def build_rules(form: RulesForm | None = None) -> AccountRulesPage:
    """The page, with the form as it was typed if it was refused."""
    organisation = read_organisation(database())
    return AccountRulesPage(
        organisation=organisation,
        form=form or RulesForm(formdata=None, obj=organisation),
        is_admin=signed_in_user().role is Role.ADMIN,
    )
