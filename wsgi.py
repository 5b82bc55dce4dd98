"""Textdesk for a WSGI server (`gunicorn wsgi:app`) and for the flask command (`flask --app wsgi ...`)."""

import os

from webapp.cli import create_app_or_commands

app = create_app_or_commands(os.environ)
