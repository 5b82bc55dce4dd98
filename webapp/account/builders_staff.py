"""Building the pages about the staff."""

from datetime import UTC, datetime, timedelta
from functools import partial

from flask import abort, request, url_for

from webapp.account.access import alive_since, build_access
from webapp.account.forms_staff import ROLE_HELP, AddMemberForm, LinkForm, RoleForm, TwoFactorRuleForm
from webapp.account.pages_staff import AccountLinkPage, AccountMemberPage, AccountStaffPage
from webapp.store import staff, users
from webapp.store.connection import LARGEST_ROW_ID
from webapp.store.organisation import read_organisation
from webapp.store.password_links import LINK_DAYS
from webapp.store.users import User
from webapp.web.auth import signed_in_user
from webapp.web.context import database
from webapp.web.row_ids import read_row_id

MEMBERS_A_PAGE = 50


def build_staff(
    *, add_form: AddMemberForm | None = None, rule_form: TwoFactorRuleForm | None = None
) -> AccountStaffPage:
    """The list, with the one form that was refused as it was typed."""
    after_id = read_row_id(request.args, "after")
    found = staff.list_members(
        database(),
        limit=MEMBERS_A_PAGE + 1,
        now=datetime.now(UTC),
        seen_after=alive_since(),
        after_id=after_id,
    )
    shown = found[:MEMBERS_A_PAGE]
    is_more = len(found) > MEMBERS_A_PAGE
    least = read_organisation(database()).two_factor_from
    return AccountStaffPage(
        members=tuple(shown),
        add_form=add_form or AddMemberForm(formdata=None),
        rule_form=rule_form or TwoFactorRuleForm(formdata=None, data={"least": least or ""}),
        role_help=ROLE_HELP,
        first_url=url_for("account.staff") if after_id else None,
        next_url=url_for("account.staff", after=shown[-1].id) if is_more else None,
    )


def build_member(member: User, *, role_form: RoleForm | None = None) -> AccountMemberPage:
    return AccountMemberPage(
        member=member,
        last_signed_in_at=staff.last_signed_in(database(), member.id),
        is_self=member.id == signed_in_user().id,
        access=build_access(member, url=partial(url_for, "account.member", user_id=member.id)),
        role_form=role_form or RoleForm(formdata=None, data={"role": member.role}),
        role_help=ROLE_HELP,
        link_form=LinkForm(formdata=None),
    )


def build_link(member: User, token: str, *, made_at: datetime) -> AccountLinkPage:
    """The address is the one under which the administrator is here: it works for their colleagues, too."""
    return AccountLinkPage(
        member=member,
        link=url_for("auth.open_link", token=token, _external=True),
        expires_at=made_at + timedelta(days=LINK_DAYS),
    )


def open_member(user_id: int) -> User:
    """404 if there is none."""
    member = users.get_user(database(), user_id) if user_id <= LARGEST_ROW_ID else None
    if member is None:
        abort(404)
    return member
