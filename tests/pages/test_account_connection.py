from flask.testing import FlaskClient

from tests.pages.page import ReadPage
from webapp.sandbox import CUSTOMER_ID, Fault, FaultKind, Sandbox


def test_the_connection_test_names_the_customer(ada: FlaskClient) -> None:
    page = ReadPage(ada.post("/account/connection/test", follow_redirects=True))
    assert any(CUSTOMER_ID in alert for alert in page.alerts())


def test_the_connection_test_says_what_is_wrong(ada: FlaskClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.HTML, operation="get_customer_id", times=None))
    page = ReadPage(ada.post("/account/connection/test", follow_redirects=True))
    assert page.soup.h1 is not None
    assert page.soup.h1.get_text() == "Account"
    assert any("has a fault at its end" in alert for alert in page.alerts())


def test_only_an_admin_is_offered_the_test(ada: FlaskClient, vic: FlaskClient) -> None:
    assert "Test the connection" in ReadPage(ada.get("/account/connection")).buttons()
    assert "Test the connection" not in ReadPage(vic.get("/account/connection")).buttons()
