"""What a check page asks a second yes for."""

from typing import Any

from wtforms import BooleanField, IntegerField
from wtforms.validators import Optional

from webapp.web.forms import TextdeskForm


class SecondYesForm(TextdeskForm):
    """`version` is the one that the page showed; each box is shown only where it is needed."""

    version = IntegerField(validators=[Optional()])

    send_again = BooleanField()
    in_quiet_hours = BooleanField()

    def said(self) -> dict[str, Any]:
        """What was read, and what may be done all the same."""
        names = ("send_again", "in_quiet_hours")
        return {"version": self.version.data or 0, **{name: self[name].data for name in names}}

    def audited(self) -> dict[str, Any]:
        """What the audit trail says beside of a confirmation."""
        return {"in_quiet_hours": True} if self.in_quiet_hours.data else {}
