from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders import build_index
from webapp.web.fragments import render


@blueprint.get("")
def index() -> Response:
    return render(build_index())
