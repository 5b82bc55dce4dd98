"""The operations about the account: credits, prices, customer id, error samples, tokens."""

from flask import Blueprint, Response

from .calls import guard, json_body, route, unauthorized
from .endings import NO_COVERAGE, NO_SUCH_NUMBER
from .ledger import as_credits, balance_of
from .prices import PRICES
from .refusals import NOT_ENOUGH_CREDITS_CODE, Problem, extended, not_enough_credits, plain, require_valid
from .sandbox import current_sandbox
from .tokens import DEMO_KEY, DEMO_SECRET, PREFIX
from .tokens import issue_token as issue
from .validation import Fields
from .wire import CUSTOMER_ID, json_reply

account = guard(Blueprint("account", __name__, url_prefix="/v1"))

SAMPLES = {
    "0": ("Nothing is wrong", "SENT", False),
    "34": ("Handset error", "UNDELIVERABLE", False),
    str(NO_COVERAGE.code): (NO_COVERAGE.details, "SENT", NO_COVERAGE.permanent),
    str(NO_SUCH_NUMBER.code): (NO_SUCH_NUMBER.details, "UNDELIVERABLE", NO_SUCH_NUMBER.permanent),
}


@account.get("/credits/balance")
def get_credits() -> Response:
    with current_sandbox().store.reading() as db:
        return json_reply({"credits": as_credits(balance_of(db))})


@account.get("/credits/<code>")
def get_price(code: str) -> Response:
    price = PRICES.get(code)
    if price is None:
        raise plain(404, "Country not found")
    return json_reply({"code": price.code, "country": price.country, "credits": as_credits(price.amount)})


@account.get("/utils/test")
def get_customer_id() -> Response:
    return json_reply({"message": CUSTOMER_ID})


@account.get("/utils/errors/<code>")
def get_error_sample(code: str) -> Response:
    status = current_sandbox().switches.error_sample_status
    if code == str(NOT_ENOUGH_CREDITS_CODE):
        return json_reply(not_enough_credits().body, status)
    if code not in SAMPLES:
        raise plain(404, "Error not found")
    message, state, permanent = SAMPLES[code]
    return json_reply(
        extended(status, message, code=int(code), state=state, permanent=permanent).body, status
    )


@account.post("/auth/token")
def issue_token() -> Response:
    sandbox = current_sandbox()
    problems: list[Problem] = []
    fields = Fields(json_body(), problems)
    key, secret = fields.text("key", required=True), fields.text("secret", required=True)
    customer_id = fields.text("customerid")
    require_valid("credentials", route(), problems)
    if (key, secret) != (DEMO_KEY, DEMO_SECRET) or customer_id not in ("", CUSTOMER_ID):
        raise unauthorized()
    with sandbox.store.writing() as db:
        token = issue(db)
    return json_reply({"token": token.removeprefix(PREFIX) if sandbox.switches.bare_token else token})
