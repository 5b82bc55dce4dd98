"""Account: one's own details, the sender IDs, and whether the provider answers."""

from flask import Blueprint

from webapp.store.users import Role
from webapp.web.auth import require_in_blueprint

blueprint = Blueprint("account", __name__, url_prefix="/account")
require_in_blueprint(blueprint, Role.VIEWER)

from webapp.account import tabs, views  # noqa: E402, F401
