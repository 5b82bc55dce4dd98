from dataclasses import asdict

from flask import abort, jsonify, redirect, url_for
from werkzeug.wrappers import Response

from webapp.home import blueprint
from webapp.home.builders import build_index
from webapp.home.health import WRITABLE, read_health
from webapp.home.pages import HomeStatusPage
from webapp.home.plots import PLOTS
from webapp.web.auth import opens_without_two_factor, public
from webapp.web.fragments import is_htmx, render
from webapp.web.plots import answer


@blueprint.get("/")
def index() -> Response:
    return render(build_index(is_whole=not is_htmx()), fragment="home_state")


@blueprint.get("/plots/<name>.svg")
def plot(name: str) -> Response:
    """One of the page's plots as an image."""
    if name not in PLOTS:
        abort(404)
    return answer(PLOTS[name]())


@blueprint.get("/status")
@opens_without_two_factor
def status() -> Response:
    if not is_htmx():
        return redirect(url_for("home.index"))
    return render(HomeStatusPage(), fragment="shell_status")


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    health = read_health()
    response = jsonify(asdict(health))
    response.status_code = 200 if health.database == WRITABLE else 503
    return response
