from flask.testing import FlaskClient

from tests.pages.page import ReadPage
from webapp.sandbox import Fault, FaultKind, Sandbox


def test_an_admin_sees_what_textdesk_makes_of_each_error(ada: FlaskClient, sandbox: Sandbox) -> None:
    for status in (200, 400):
        sandbox.change_switches({"error_sample_status": status})
        page = ReadPage(ada.get("/account/connection/errors"))
        codes = [cell.get_text() for cell in page.soup.select("tbody td:first-child")]
        assert codes == ["0", "34", "402", "3001", "5001"]
        assert "Handset error. Given back for UK numbers" in page.text
        assert "There are not enough credits on the account for this" in page.text


def test_only_an_admin_is_led_to_the_samples(ada: FlaskClient, vic: FlaskClient) -> None:
    assert "Error samples" in ReadPage(ada.get("/account/connection")).buttons()
    assert "Error samples" not in ReadPage(vic.get("/account/connection")).buttons()


def test_the_samples_stop_where_the_provider_cannot_be_asked(ada: FlaskClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(kind=FaultKind.HTML, operation="get_error_sample", times=None))
    page = ReadPage(ada.get("/account/connection/errors"))
    assert page.status == 200
    assert any("has a fault at its end" in alert for alert in page.alerts())
    assert page.soup.select("tbody tr") == []
