"""Inbox: what people text us, what was answered, and who wants no more texts."""

from flask import Blueprint

from webapp.store.users import Role
from webapp.web.auth import require_in_blueprint

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")
require_in_blueprint(blueprint, Role.VIEWER)

from webapp.inbox import views, views_marks, views_optouts, views_reply  # noqa: E402, F401
