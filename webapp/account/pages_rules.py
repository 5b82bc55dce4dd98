from dataclasses import dataclass
from typing import ClassVar

from webapp.account.forms_rules import RulesForm
from webapp.store.organisation import Organisation


@dataclass(frozen=True)
class AccountRulesPage:
    """What the organisation has decided about sending."""

    template: ClassVar[str] = "account/rules.html"
    organisation: Organisation
    form: RulesForm
    is_admin: bool
