"""What a check page asks a second yes for."""

from typing import Any

from wtforms import BooleanField

from webapp.web.forms import TextdeskForm


class SecondYesForm(TextdeskForm):
    """The boxes beside the button; each is shown only where it is needed."""

    send_again = BooleanField()
    in_quiet_hours = BooleanField()

    def audited(self) -> dict[str, Any]:
        """What the audit trail says beside of a confirmation."""
        return {"in_quiet_hours": True} if self.in_quiet_hours.data else {}
