from flask import abort
from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders import build_index
from webapp.account.plots import PLOTS
from webapp.web.fragments import render
from webapp.web.plots import answer


@blueprint.get("")
def index() -> Response:
    return render(build_index())


@blueprint.get("/plots/<name>.svg")
def plot(name: str) -> Response:
    """A plot of the Account pages as an image."""
    if name not in PLOTS:
        abort(404)
    return answer(PLOTS[name]())
