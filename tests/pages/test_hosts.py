from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.app import create_app
from webapp.config import Settings


@pytest.fixture
def guarded(settings: Settings) -> FlaskClient:
    hosts = ("texts.example.org", "localhost")
    public = "https://public.example.org"
    return create_app(replace(settings, hosts=hosts, public_url=public)).test_client()


@pytest.mark.parametrize(
    "host", ["texts.example.org", "texts.example.org:8000", "localhost", "public.example.org"]
)
def test_a_name_of_ours_is_answered(guarded: FlaskClient, host: str) -> None:
    assert guarded.get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/", "/healthz", "/nowhere", "/static/js/app.js"])
def test_any_other_name_is_refused_in_plain_words(guarded: FlaskClient, path: str) -> None:
    response = guarded.get(path, headers={"Host": "evil.example.com"})
    assert response.status_code == 400
    assert "evil" not in response.text
    assert "TEXTDESK_HOSTS" in response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_without_the_setting_any_name_will_do(app: Flask) -> None:
    assert app.test_client().get("/sign-in", headers={"Host": "10.0.0.5:8000"}).status_code == 200
