"""Batches: a list of people from a spreadsheet, one text to all or a different one to each."""

from flask import Blueprint

from webapp.store.users import Role
from webapp.web.auth import require_in_blueprint

blueprint = Blueprint("batches", __name__, url_prefix="/batches")
require_in_blueprint(blueprint, Role.VIEWER)

from webapp.batches import approval_views, list_views, sending_views, views  # noqa: E402, F401
