from functools import partial

from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders_spend import build_spend, read_spend_form
from webapp.services.exports.spend import spend_csv
from webapp.store import daily
from webapp.web import audit
from webapp.web.context import database
from webapp.web.downloads import csv_download
from webapp.web.fragments import render


@blueprint.get("/spend")
def spend() -> Response:
    form = read_spend_form()
    return render(build_spend(form), status=422 if form.errors else 200)


@blueprint.post("/spend/export")
def export_spend_csv() -> Response:
    form = read_spend_form()
    if form.errors:
        return render(build_spend(form), status=422)
    audit.record("exported spend", filtered_by=form.arguments())
    days = form.days(daily.first_day(database()))
    return csv_download(partial(spend_csv, days=days), "spend")
