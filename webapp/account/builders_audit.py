"""Building the page of the audit trail."""

from flask import request

from webapp.account.audit_subjects import subject_of
from webapp.account.forms_audit import AuditFilterForm
from webapp.account.pages_audit import AccountAuditPage, AuditRow
from webapp.services.audit_words import changes_of, facts_of, what, who
from webapp.store import audit
from webapp.store.audit import AuditEntry, Place
from webapp.store.audit_chain import read_head
from webapp.web.context import database
from webapp.web.pagination import read_row, write_row
from webapp.web.remembered import address

ROWS_A_PAGE = 50


def read_audit_filter() -> AuditFilterForm:
    """What the address asks for, checked; errors stand beside its fields."""
    form = AuditFilterForm(request.args)
    form.offer(audit.known_people(database()), audit.known_actions(database()))
    form.validate()
    return form


def build_audit(form: AuditFilterForm) -> AccountAuditPage:
    shown, has_newer, has_older = ([], False, False) if form.errors else _read_page(form)
    return AccountAuditPage(
        rows=tuple(_row(entry, form) for entry in shown),
        filter_form=form,
        is_filtered=bool(form.arguments()),
        newer_url=_url(form, after=_write_place(shown[0])) if has_newer else None,
        older_url=_url(form, before=_write_place(shown[-1])) if has_older else None,
        export_url=address("account.export_audit_csv", **form.arguments()),
        head=read_head(database()),
    )


def _read_page(form: AuditFilterForm) -> tuple[list[AuditEntry], bool, bool]:
    """The entries, the latest first, and whether there are newer and older ones."""
    before = _read_place("before")
    after = None if before else _read_place("after")
    found = audit.list_entries(database(), form.wanted(), limit=ROWS_A_PAGE + 1, before=before, after=after)
    is_more = len(found) > ROWS_A_PAGE
    if after is not None:
        return found[-ROWS_A_PAGE:], is_more, bool(found)
    return found[:ROWS_A_PAGE], before is not None and bool(found), is_more


def _row(entry: AuditEntry, form: AuditFilterForm) -> AuditRow:
    # A number alone means different things: the conversation 7 is not the member of staff 7.
    has_history = entry.subject and not entry.subject.isdigit() and entry.subject != form.subject.data
    return AuditRow(
        id=entry.id,
        at=entry.at,
        who=who(entry),
        what=what(entry.action),
        subject=subject_of(entry),
        history_url=address("account.audit", subject=entry.subject) if has_history else None,
        changes=changes_of(entry),
        facts=facts_of(entry),
    )


def _url(form: AuditFilterForm, **place: str) -> str:
    return address("account.audit", **form.arguments(**place))


def _write_place(entry: AuditEntry) -> str:
    return write_row(entry.at, entry.id)


def _read_place(name: str) -> Place | None:
    found = read_row(request.args.get(name, ""))
    return Place(*found) if found else None
