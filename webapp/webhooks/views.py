import hmac
from collections.abc import Callable

from flask import Response, request
from sqlite_utils import Database

from webapp.services.webhooks import Unusable, take_delivery_reports, take_inbound_posts
from webapp.web.auth import public
from webapp.web.context import database, settings
from webapp.web.security import limiter
from webapp.webhooks import blueprint

# Beside a secret that cannot be guessed: nobody may try many from one address. Counted per process.
GUESSES_FROM_ONE_ADDRESS = "60 per minute"


def _was_wrong(response: Response) -> bool:
    return response.status_code == 404


@blueprint.post("/delivery/<secret>")
@limiter.limit(GUESSES_FROM_ONE_ADDRESS, deduct_when=_was_wrong)
@public
def delivery(secret: str) -> Response:
    return _take(secret, take_delivery_reports)


@blueprint.post("/inbound/<secret>")
@limiter.limit(GUESSES_FROM_ONE_ADDRESS, deduct_when=_was_wrong)
@public
def inbound(secret: str) -> Response:
    return _take(secret, take_inbound_posts)


def _take(secret: str, take: Callable[[Database, bytes], int]) -> Response:
    """200 as soon as it is stored: anything else is posted again."""
    if not _is_right(secret):
        return _answer(404)
    # A compressed body may unfold without end, and the provider sends none.
    if request.content_encoding not in (None, "", "identity"):
        return _answer(415)
    try:
        take(database(), request.get_data())
    except Unusable:
        return _answer(400)
    return _answer(200)


def _is_right(secret: str) -> bool:
    """Without a secret of our own nobody is let in. The comparison takes as long for any guess."""
    ours = settings().webhook_secret
    return bool(ours) and hmac.compare_digest(secret.encode(), ours.encode())


def _answer(status: int) -> Response:
    return Response("", status=status, mimetype="text/plain")
