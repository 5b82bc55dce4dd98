"""Addresses of static files carry a version, so that browsers keep a file until it changes and no longer."""

from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Flask

KEEP_SECONDS = 31_536_000


def init_app(app: Flask) -> None:
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = KEEP_SECONDS
    folder = Path(app.static_folder or "")
    bootstraps = version("bootstrap-flask")

    @cache
    def changed_at(filename: str) -> str:
        path = folder / filename
        return f"{path.stat().st_mtime_ns:x}" if path.is_file() else ""

    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values["v"] = changed_at(values.get("filename", ""))
        elif endpoint == "bootstrap.static":
            values["v"] = bootstraps

    app.url_defaults(add_version)
