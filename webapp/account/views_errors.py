from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.pages_errors import AccountErrorsPage
from webapp.services.error_samples import read_samples
from webapp.store.users import Role
from webapp.web.auth import require
from webapp.web.context import provider
from webapp.web.fragments import render


@blueprint.get("/connection/errors")
@require(Role.ADMIN)
def errors() -> Response:
    samples, trouble = read_samples(provider())
    return render(AccountErrorsPage(samples=samples, trouble=trouble))
