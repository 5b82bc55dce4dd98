"""Messages: what was sent and what became of it."""

from flask import Blueprint

from webapp.store.users import Role
from webapp.web.auth import require_in_blueprint

blueprint = Blueprint("messages", __name__, url_prefix="/messages")
require_in_blueprint(blueprint, Role.VIEWER)

from webapp.messages import views  # noqa: E402, F401
