"""Scheduled: everything that is to go later, here and at the provider, in one timeline."""

from flask import Blueprint

from webapp.store.users import Role
from webapp.web.auth import require_in_blueprint

blueprint = Blueprint("scheduled", __name__, url_prefix="/scheduled")
require_in_blueprint(blueprint, Role.VIEWER)

from webapp.scheduled import views  # noqa: E402, F401
