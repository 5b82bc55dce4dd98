from functools import partial

from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders_audit import build_audit, read_audit_filter
from webapp.services.exports.audit import audit_csv
from webapp.store.users import Role
from webapp.web import audit
from webapp.web.auth import require
from webapp.web.context import settings
from webapp.web.downloads import csv_download
from webapp.web.fragments import render


@blueprint.get("/audit", endpoint="audit")
@require(Role.ADMIN)
def audit_trail() -> Response:
    form = read_audit_filter()
    return render(build_audit(form), status=422 if form.errors else 200)


@blueprint.post("/audit/export")
@require(Role.ADMIN)
def export_audit_csv() -> Response:
    form = read_audit_filter()
    if form.errors:
        return render(build_audit(form), status=422)
    audit.record("exported the audit trail", filtered_by=form.arguments())
    read_lines = partial(audit_csv, wanted=form.wanted(), timezone=settings().timezone)
    return csv_download(read_lines, "audit-trail")
