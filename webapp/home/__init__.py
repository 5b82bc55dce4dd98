"""Home: what needs a person first, and what was sent lately."""

from flask import Blueprint

from webapp.store.users import Role
from webapp.web.auth import require_in_blueprint

blueprint = Blueprint("home", __name__)
require_in_blueprint(blueprint, Role.VIEWER)

from webapp.home import views  # noqa: E402, F401
