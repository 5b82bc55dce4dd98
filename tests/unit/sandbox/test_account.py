import pytest

from webapp.sandbox import CUSTOMER_ID, DEMO_KEY, DEMO_SECRET, DEMO_TOKEN, Sandbox

from .client import ADDRESS, Api, problems

CREDENTIALS = {"key": DEMO_KEY, "secret": DEMO_SECRET}


def test_the_customer_id_proves_that_the_token_works(api: Api):
    assert api.get("/utils/test").json() == {"message": CUSTOMER_ID}


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "JWT",
        DEMO_TOKEN.removeprefix("JWT "),
        f"Bearer {DEMO_TOKEN}",
        f"JWT {DEMO_TOKEN}",
        f"{DEMO_TOKEN}x",
    ],
)
def test_every_call_needs_the_token_as_it_was_issued(api: Api, authorization: str | None):
    headers = {"Authorization": authorization}
    for method, path in (("GET", "/utils/test"), ("POST", "/message/send"), ("GET", "/messages/schedule")):
        reply = api.session.request(method, f"{ADDRESS}/v1{path}", headers=headers)
        assert (reply.status_code, reply.json()) == (401, {"message": "Unauthorized"})


def test_a_new_token_ends_the_one_before(api: Api):
    api.session.headers.pop("Authorization")
    first = api.post("/auth/token", {**CREDENTIALS, "customerid": CUSTOMER_ID}).json()["token"]
    second = api.post("/auth/token", CREDENTIALS).json()["token"]
    works = {}
    for token in (DEMO_TOKEN, first, second):
        api.session.headers["Authorization"] = token
        works[token] = api.get("/utils/test").status_code
    assert works == {DEMO_TOKEN: 401, first: 401, second: 200}
    assert second.startswith("JWT ")
    assert second.count(".") == 2


@pytest.mark.parametrize(
    "credentials",
    [
        {**CREDENTIALS, "secret": "wrong"},
        {**CREDENTIALS, "key": "wrong"},
        {**CREDENTIALS, "customerid": "someone-else"},
    ],
)
def test_wrong_credentials_get_no_token(api: Api, credentials: dict[str, str]):
    assert api.post("/auth/token", credentials).status_code == 401
    assert api.get("/utils/test").status_code == 200


def test_missing_credentials_are_named(api: Api):
    assert set(problems(api.post("/auth/token", {"key": DEMO_KEY}))) == {"secret"}


@pytest.mark.parametrize(
    ("code", "country", "price"),
    [
        ("GB", "United Kingdom", 1.0),
        ("IE", "Ireland", 2.0),
        ("US", "United States", 2.0),
        ("FR", "France", 2.5),
    ],
)
def test_the_price_of_a_country(api: Api, code: str, country: str, price: float):
    assert api.get(f"/credits/{code}").json() == {"code": code, "country": country, "credits": price}


def test_an_unknown_country_has_no_price(api: Api):
    assert api.get("/credits/ZZ").status_code == 404


@pytest.mark.parametrize("code", [0, 34, 402, 3001, 5001])
def test_an_error_sample_is_an_error_object(api: Api, code: int):
    reply = api.get(f"/utils/errors/{code}")
    sample = reply.json()
    assert (reply.status_code, sample["errorCode"]) == (400, code)
    assert sample["message"]
    assert sample["status"]
    assert isinstance(sample["permanent"], bool)


def test_an_unknown_error_has_no_sample(api: Api):
    assert api.get("/utils/errors/unknown").status_code == 404


def test_credits_may_be_fractions(api: Api, sandbox: Sandbox):
    sandbox.set_credits(180.5)
    assert api.get("/credits/balance").json() == {"credits": 180.5}
