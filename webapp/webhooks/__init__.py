"""What the provider posts to us. No session, no form token: who knows the secret in the address may post."""

from flask import Blueprint

from webapp.web.security import csrf

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")
csrf.exempt(blueprint)

from webapp.webhooks import views  # noqa: E402, F401
