"""Compose: one text to one or a few people, now, as flash, or later."""

from flask import Blueprint

from webapp.store.users import Role
from webapp.web.auth import require_in_blueprint

blueprint = Blueprint("compose", __name__, url_prefix="/compose")
require_in_blueprint(blueprint, Role.SENDER)

from webapp.compose import views  # noqa: E402, F401
