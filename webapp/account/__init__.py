"""Account: credits, sender IDs, the connection, the staff, one's own details, and the audit trail."""

from flask import Blueprint

from webapp.store.users import Role
from webapp.web.auth import require_in_blueprint

blueprint = Blueprint("account", __name__, url_prefix="/account")
require_in_blueprint(blueprint, Role.VIEWER)

from webapp.account import (  # noqa: E402, F401
    tabs,
    views,
    views_audit,
    views_connection,
    views_erasing,
    views_errors,
    views_member,
    views_rules,
    views_senders,
    views_spend,
    views_staff,
    views_token,
    views_two_factor,
    views_you,
)
