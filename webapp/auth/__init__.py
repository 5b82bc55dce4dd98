"""Signing in and out."""

from flask import Blueprint

blueprint = Blueprint("auth", __name__)

from webapp.auth import views, views_code, views_links  # noqa: E402, F401
