from collections.abc import Callable

from flask.testing import FlaskClient

from tests.pages.inbox import Receive
from tests.pages.page import ReadPage


def test_the_check_page_says_if_they_have_texted_since_it_was_written(
    sam: FlaskClient, receive: Receive, check_url: Callable[..., str]
) -> None:
    receive("Before")
    address = check_url()
    assert "They have texted since" not in ReadPage(sam.get(address)).text
    receive("No, sorry, Thursday!")
    assert "They have texted since you wrote this" in ReadPage(sam.get(address)).text
