"""Failed: what did not arrive and why, and what nobody knows about."""

from flask import Blueprint

from webapp.store.users import Role
from webapp.web.auth import require_in_blueprint

blueprint = Blueprint("failed", __name__, url_prefix="/failed")
require_in_blueprint(blueprint, Role.VIEWER)

from webapp.failed import views, views_unknown  # noqa: E402, F401
