from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.test import TestResponse

from tests.conftest import PASSWORD, SECRET_KEY
from tests.pages.page import ReadPage
from tests.two_factor import Phone, switch_on
from webapp.store import audit, two_factor, users
from webapp.store.sealed import Keyring, reseal_all

URL = "/account/you/two-factor"


def begin(client: FlaskClient, password: str = PASSWORD) -> TestResponse:
    return client.post(f"{URL}/begin", data={"current_password": password})


def phone_that_scanned(client: FlaskClient) -> Phone:
    [secret] = ReadPage(client.get(URL)).soup.select(".one-time")
    return Phone(secret.get_text().replace(" ", ""))


def codes_on(page: ReadPage) -> list[str]:
    return [code.get_text() for code in page.soup.select(".recovery-codes code")]


def is_on(db: Database, name: str) -> bool:
    user = users.find_user(db, name)
    return bool(user and user.two_factor_at)


def test_two_factor_is_on_once_a_code_has_confirmed_it(app: Flask, sam: FlaskClient, db: Database) -> None:
    assert begin(sam).location == URL
    assert not is_on(db, "sam")
    page = ReadPage(sam.post(f"{URL}/confirm", data={"code": phone_that_scanned(sam).code()}))
    assert len(set(codes_on(page))) == 10
    assert is_on(db, "sam")
    signed_out = app.test_client()
    answer = signed_out.post("/sign-in", data={"name": "sam", "password": PASSWORD})
    assert answer.location == "/sign-in/code"
    assert signed_out.post(answer.location, data={"recovery_code": codes_on(page)[3]}).location == "/"


def test_two_factor_is_begun_by_its_person_only(sam: FlaskClient, db: Database) -> None:
    page = ReadPage(begin(sam, "a guess"))
    assert page.status == 422
    assert any("not your present password" in error for error in page.errors())
    assert two_factor.sealed_secret(db, 2) is None


def test_two_factor_shows_the_secret_as_an_image_a_link_and_a_text(sam: FlaskClient) -> None:
    begin(sam)
    page = ReadPage(sam.get(URL))
    [image] = page.soup.select("img.qr")
    assert str(image["src"]).startswith("data:image/svg+xml")
    assert "style" not in str(image["src"])
    [link] = page.soup.select('a[href^="otpauth://totp/"]')
    assert "issuer=Textdesk" in str(link["href"])
    assert phone_that_scanned(sam)


def test_two_factor_with_a_wrong_code_stays_off_and_keeps_the_secret(sam: FlaskClient, db: Database) -> None:
    begin(sam)
    phone = phone_that_scanned(sam)
    page = ReadPage(sam.post(f"{URL}/confirm", data={"code": phone.code(steps_ahead=5)}))
    assert page.status == 422
    assert not is_on(db, "sam")
    assert sam.post(f"{URL}/confirm", data={"code": phone.code()}).status_code == 200


def test_two_factor_cannot_be_confirmed_before_it_is_begun(sam: FlaskClient, db: Database) -> None:
    assert sam.post(f"{URL}/confirm", data={"code": "123456"}).location == URL
    assert not is_on(db, "sam")


def test_two_factor_that_is_on_is_not_begun_again(sam: FlaskClient, db: Database) -> None:
    phone = switch_on(db, "sam", secret_key=SECRET_KEY)
    begin(sam)
    assert ReadPage(sam.get(URL)).soup.select(".one-time") == []
    assert sam.post(f"{URL}/confirm", data={"code": phone.code()}).location == URL
    assert "It is on" in ReadPage(sam.get(URL)).text


@pytest.mark.parametrize("action", ["codes", "off"])
def test_two_factor_is_changed_with_the_password_only(sam: FlaskClient, db: Database, action: str) -> None:
    switch_on(db, "sam", secret_key=SECRET_KEY)
    assert sam.post(f"{URL}/{action}", data={"current_password": "a guess"}).status_code == 422
    assert is_on(db, "sam")
    assert two_factor.count_recovery_codes(db, 2) == 1


def test_two_factor_gets_new_recovery_codes_and_ends_the_old(sam: FlaskClient, db: Database) -> None:
    switch_on(db, "sam", secret_key=SECRET_KEY)
    page = ReadPage(sam.post(f"{URL}/codes", data={"current_password": PASSWORD}))
    assert len(codes_on(page)) == two_factor.count_recovery_codes(db, 2) == 10
    assert not two_factor.use_recovery_code(db, 2, "abcdefghijkmnpqr", now=datetime.now(UTC))


def test_two_factor_has_no_recovery_codes_while_it_is_off(sam: FlaskClient, db: Database) -> None:
    assert sam.post(f"{URL}/codes", data={"current_password": PASSWORD}).location == URL
    assert two_factor.count_recovery_codes(db, 2) == 0


def test_two_factor_is_switched_off_and_leaves_nothing(sam: FlaskClient, db: Database) -> None:
    switch_on(db, "sam", secret_key=SECRET_KEY)
    sam.post(f"{URL}/off", data={"current_password": PASSWORD})
    assert not is_on(db, "sam")
    assert two_factor.sealed_secret(db, 2) is None
    assert db["recovery_codes"].count == 0


def test_two_factor_is_switched_off_by_an_admin_for_who_lost_the_phone(
    app: Flask, ada: FlaskClient, db: Database
) -> None:
    switch_on(db, "sam", secret_key=SECRET_KEY)
    answer = ada.post("/account/staff/2/two-factor/reset")
    assert any("password alone" in alert for alert in ReadPage(ada.get(answer.location)).alerts())
    assert app.test_client().post("/sign-in", data={"name": "sam", "password": PASSWORD}).location == "/"
    assert audit.list_about(db, "2")[-1].action == "switched two-factor sign-in off"


def test_two_factor_of_an_admin_is_switched_off_with_their_password_only(
    ada: FlaskClient, db: Database
) -> None:
    switch_on(db, "ada", secret_key=SECRET_KEY)
    ada.post("/account/staff/1/two-factor/reset")
    assert is_on(db, "ada")


def test_two_factor_keeps_secrets_and_codes_out_of_the_record(sam: FlaskClient, db: Database) -> None:
    begin(sam)
    [secret] = ReadPage(sam.get(URL)).soup.select(".one-time")
    page = ReadPage(sam.post(f"{URL}/confirm", data={"code": phone_that_scanned(sam).code()}))
    kept = " ".join(str(list(db[table].rows)) for table in ("users", "recovery_codes", "audit", "sign_ins"))
    for private in (secret.get_text().replace(" ", ""), *codes_on(page)):
        assert private not in kept
        assert private.replace("-", "") not in kept


def test_two_factor_secrets_are_sealed_anew_with_a_new_key(db: Database, sam: FlaskClient) -> None:
    switch_on(db, "sam", secret_key=SECRET_KEY)
    before = two_factor.sealed_secret(db, 2)
    assert reseal_all(db, Keyring("a new key, also long enough, here", (SECRET_KEY,))).resealed == 1
    assert two_factor.sealed_secret(db, 2) != before


@pytest.fixture
def wanted(ada: FlaskClient) -> None:
    """Ada has decided that senders and admins must use it."""
    assert ada.post("/account/staff/two-factor", data={"least": "sender"}).status_code == 302


@pytest.mark.usefixtures("wanted")
def test_two_factor_that_is_wanted_is_set_up_before_anything_else(sam: FlaskClient, vic: FlaskClient) -> None:
    assert sam.get("/messages").location == URL
    assert "Your organisation wants this of you" in ReadPage(sam.get(URL)).text
    assert sam.get("/status?version=", headers={"HX-Request": "true"}).status_code == 200
    begin(sam)
    sam.post(f"{URL}/confirm", data={"code": phone_that_scanned(sam).code()})
    assert sam.get("/messages").status_code == 200
    assert vic.get("/messages").status_code == 200


@pytest.mark.usefixtures("wanted")
def test_two_factor_that_is_wanted_lets_nothing_be_posted_and_hands_back_what_was_typed(
    sam: FlaskClient, db: Database
) -> None:
    page = ReadPage(sam.post("/compose/new", data={"content": "Dear Mrs Smith", "intent": "check"}))
    assert page.status == 403
    assert "Set up two-factor sign-in first" in page.text
    assert "Dear Mrs Smith" in page.text
    assert db["drafts"].count == 0


@pytest.mark.usefixtures("wanted")
def test_two_factor_that_is_wanted_holds_for_the_admin_who_decided_it(ada: FlaskClient) -> None:
    assert ada.get("/account/staff").location == URL


@pytest.mark.usefixtures("wanted")
def test_two_factor_that_is_wanted_says_no_more_than_that_to_a_page_that_polls(sam: FlaskClient) -> None:
    response = sam.get("/inbox?version=x", headers={"HX-Request": "true"})
    assert response.status_code == 403
    assert "wants two-factor sign-in of your role" in ReadPage(response, whole=False).text


def test_two_factor_is_nobodys_duty_until_an_admin_says_so(ada: FlaskClient, db: Database) -> None:
    switch_on(db, "ada", secret_key=SECRET_KEY)
    page = ReadPage(ada.post("/account/staff/two-factor", data={"least": "owner"}))
    assert page.status == 422
    for least in ("viewer", ""):
        ada.post("/account/staff/two-factor", data={"least": least})
    last = audit.list_entries(db, audit.AuditFilter(), limit=1)[0]
    assert last.action == "changed who must use two-factor sign-in"
    assert last.details == {"before": {"two_factor_from": "viewer"}, "after": {"two_factor_from": None}}
