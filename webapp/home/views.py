from dataclasses import asdict

from flask import abort, jsonify, redirect, url_for
from werkzeug.wrappers import Response

from webapp.home import blueprint
from webapp.home.builders import build_index
from webapp.home.health import WRITABLE, read_health
from webapp.home.pages import HomeStatusPage
from webapp.home.plots import PLOTS
from webapp.home.polls import how_it_stands, is_up_to_date, remember
from webapp.web.auth import opens_without_two_factor, public
from webapp.web.fragments import is_htmx, no_news, render
from webapp.web.plots import answer


@blueprint.get("/")
def index() -> Response:
    stands = how_it_stands()
    if is_up_to_date(stands):
        return no_news()
    page = build_index(is_whole=not is_htmx())
    remember(page.version, stands)
    return render(page, fragment="home_state")


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
