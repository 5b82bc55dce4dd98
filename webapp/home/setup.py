"""What a new installation still lacks before anybody can send: for administrators, until it is done."""

from typing import NamedTuple

from flask import url_for

from webapp.store import senders, users
from webapp.store.users import Role, User
from webapp.web.banners import is_connected
from webapp.web.context import database


class SetupStep(NamedTuple):
    name: str
    words: str
    url: str


def steps_left(user: User, *, has_sent: bool) -> tuple[SetupStep, ...]:
    """Whether somebody works alone for good is their business: after the first text nobody is told to."""
    if user.role is not Role.ADMIN:
        return ()
    steps = []
    if not is_connected():
        words = "Connect Textdesk to the SMS provider: until then nothing can be sent or received"
        steps.append(SetupStep("connection", words, url_for("account.connection")))
    if not senders.list_senders(database()):
        words = "Add the first sender ID: a text has to come from somebody"
        steps.append(SetupStep("sender", words, url_for("account.senders")))
    if not has_sent and not users.has_several(database()):
        words = "Add your colleagues: you are the only one who can sign in"
        steps.append(SetupStep("staff", words, url_for("account.staff")))
    return tuple(steps)
