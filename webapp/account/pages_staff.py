from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from webapp.account.access import Access
from webapp.account.forms_staff import AddMemberForm, LinkForm, RoleForm, TwoFactorRuleForm
from webapp.store.staff import Member
from webapp.store.users import User


@dataclass(frozen=True)
class AccountStaffPage:
    """`members` are one page of them, by name."""

    template: ClassVar[str] = "account/staff.html"
    members: tuple[Member, ...]
    add_form: AddMemberForm
    rule_form: TwoFactorRuleForm
    role_help: Mapping[str, str]
    first_url: str | None
    next_url: str | None


@dataclass(frozen=True)
class AccountMemberPage:
    """One member of the staff; what is done to others is not offered for oneself (`is_self`)."""

    template: ClassVar[str] = "account/member.html"
    member: User
    last_signed_in_at: datetime | None
    is_self: bool
    access: Access
    role_form: RoleForm
    role_help: Mapping[str, str]
    link_form: LinkForm


@dataclass(frozen=True)
class AccountLinkPage:
    """A one-time link, shown this once."""

    template: ClassVar[str] = "account/link.html"
    member: User
    link: str
    expires_at: datetime
