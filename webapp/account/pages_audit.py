from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from webapp.account.audit_subjects import Subject
from webapp.account.forms_audit import AuditFilterForm
from webapp.services.audit_words import Change, Fact
from webapp.store.audit_chain import Head


@dataclass(frozen=True)
class AuditRow:
    """One entry in words; `history_url` shows all that was done to the same thing."""

    id: int
    at: datetime
    who: str
    what: str
    subject: Subject | None
    history_url: str | None
    changes: tuple[Change, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class AccountAuditPage:
    """Who did what, when, the latest first. `head`: the end of the chain, to be noted elsewhere."""

    template: ClassVar[str] = "account/audit.html"
    rows: tuple[AuditRow, ...]
    filter_form: AuditFilterForm
    is_filtered: bool
    newer_url: str | None
    older_url: str | None
    export_url: str
    head: Head
