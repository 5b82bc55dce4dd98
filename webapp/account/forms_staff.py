"""The forms about other members of the staff."""

from collections.abc import Mapping

from wtforms import BooleanField, RadioField, SelectChoice, StringField
from wtforms.validators import DataRequired, Length

from webapp.store.users import LONGEST_NAME, Role
from webapp.web.forms import TextdeskForm, check_single_line, strip

ROLES = [SelectChoice(role.value, role.value.capitalize()) for role in Role]
ROLE_HELP: Mapping[str, str] = {
    Role.VIEWER: "Sees everything, changes nothing.",
    Role.SENDER: "Also writes, sends, replies, cancels and sends again.",
    Role.ADMIN: "Also looks after staff, credentials and settings, and may delete.",
}


class AddMemberForm(TextdeskForm):
    name = StringField(
        "Name",
        filters=[strip],
        validators=[
            DataRequired("Enter the name they will sign in with."),
            Length(max=LONGEST_NAME, message=f"A name can have {LONGEST_NAME} characters."),
            check_single_line,
        ],
    )
    role = RadioField("Role", choices=ROLES, default=Role.SENDER.value)


class RoleForm(TextdeskForm):
    role = RadioField("Role", choices=ROLES)


class TwoFactorRuleForm(TextdeskForm):
    """Who must use two-factor sign-in; "" for nobody."""

    least = RadioField(
        "Who must use it",
        choices=[
            SelectChoice("", "Nobody: only who wants to"),
            SelectChoice(Role.ADMIN.value, "Admins"),
            SelectChoice(Role.SENDER.value, "Admins and senders"),
            SelectChoice(Role.VIEWER.value, "Everybody"),
        ],
    )


class LinkForm(TextdeskForm):
    sign_out = BooleanField("Stop the present password and sign them out now")
