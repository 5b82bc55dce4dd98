"""What can go wrong between Textdesk and The SMS Works, sorted by what it means for the text.

    SmsWorksError
    ├── Unreachable           nothing arrived there (for a look-up also: no answer came); it can be made again
    ├── OutcomeUnknown        it may have been done: look it up, never repeat it blindly
    ├── Refused               the answer is no: nothing was done
    │   ├── BadCredentials        the API token was not accepted, or cannot be one
    │   │   └── NoToken               there is none yet
    │   ├── NotEnoughCredits      the balance does not cover it
    │   ├── InvalidRequest        something in it is wrong: `fields` says what
    │   └── NotFound              there is no such id
    ├── RateLimited           too many calls, nothing was done: `retry_after` may say how long to wait
    ├── ProviderFault         a fault at the provider's end, during a look-up
    └── BadReply              an answer nobody can read, to a look-up

A fault or an unreadable answer to a call that does something (sends, cancels, marks as read) is
OutcomeUnknown, with the fault as its cause.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from webapp.smsworks.operations import OperationKind

# Field names reach the log and come from the provider: what does not look like one stays out.
_FIELD_NAME = re.compile(r"([A-Za-z]{1,30}|[0-9]{1,5})(\.([A-Za-z]{1,30}|[0-9]{1,5})){0,4}")

_NOTHING_DONE = {
    OperationKind.READ: "Nothing was sent or charged.",
    OperationKind.CONSUME: "No reply was lost, and nothing was sent or charged.",
    OperationKind.SEND: "Nothing was sent or charged.",
    OperationKind.CHANGE: "Nothing was changed, sent or charged.",
}
_PERHAPS_DONE = {
    OperationKind.READ: "Nothing was sent or charged.",
    OperationKind.CONSUME: "Replies may count as read there without having arrived. Nothing was charged.",
    OperationKind.SEND: "The text may or may not have been sent and charged.",
    OperationKind.CHANGE: "The change may or may not have been made.",
}
BEING_LOOKED_UP = "Do not send it again: it is being looked up, and its page will show the outcome."
"""True of a text until it waits for a person."""
_AFTER_DOUBT = {
    OperationKind.READ: "Try again.",
    OperationKind.CONSUME: "The next look through the provider's log picks them up.",
    OperationKind.SEND: BEING_LOOKED_UP,
    OperationKind.CHANGE: "Look at it again before you repeat it.",
}


class SmsWorksError(Exception):
    """One failed call.

    `user_message`: for the page; what happened, whether anything was sent or charged, what to do next. It may
    quote the provider, so it is not for the log. `str()` and `log_context` are: they hold no content, no
    number and no token.
    `permanent`: True if the same request will be refused again, False if it may pass later, None if unknown.
    `status`: the HTTP status, None if no answer came. `code`: the provider's errorCode, else a word of ours;
    `provider_code` is None where it gave none. `fields`: wire name of a field ("destination", in a collection
    "3.destination") to what is wrong with it. `retry_after`: seconds the provider asked to be left alone.
    """

    happened: ClassVar[str]
    advice: ClassVar[str]
    own_code: ClassVar[str]
    usually_permanent: ClassVar[bool | None] = None

    def __init__(
        self,
        *,
        operation: str = "",
        kind: OperationKind = OperationKind.READ,
        status: int | None = None,
        provider_code: str | None = None,
        permanent: bool | None = None,
        said: str = "",
        fields: Mapping[str, tuple[str, ...]] | None = None,
        retry_after: float | None = None,
        reason: str = "",
    ) -> None:
        """`said`: the provider's own words. `reason`: the name of the underlying exception."""
        self.operation = operation
        self.kind = kind
        self.status = status
        self.provider_code = provider_code
        self.permanent = self.usually_permanent if permanent is None else permanent
        self.said = said
        self.fields: Mapping[str, tuple[str, ...]] = dict(fields or {})
        self.retry_after = retry_after
        self.reason = reason
        super().__init__()

    def __str__(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self.log_context.items())

    @property
    def code(self) -> str:
        return self.provider_code or self.own_code

    @property
    def user_message(self) -> str:
        return f"{self.what_happened} {self.what_was_done} {self.what_next}"

    @property
    def log_context(self) -> dict[str, Any]:
        context = {
            "error": type(self).__name__,
            "operation": self.operation,
            "status": self.status,
            "code": self.provider_code,
            "permanent": self.permanent,
            "reason": self.reason,
            "fields": ",".join(name for name in self.fields if _FIELD_NAME.fullmatch(name)),
        }
        return {name: value for name, value in context.items() if value not in (None, "")}

    @property
    def what_happened(self) -> str:
        return f"{self.happened.rstrip('.')}: “{self.said}”." if self.said else self.happened

    @property
    def what_was_done(self) -> str:
        return _NOTHING_DONE[self.kind]

    @property
    def what_next(self) -> str:
        return self.advice


class Unreachable(SmsWorksError):
    """No connection came about, so nothing arrived there. For a look-up also: no answer came in time."""

    happened = "The SMS Works could not be reached."
    advice = "Try again in a minute. If it goes on, have Textdesk's internet connection checked."
    own_code = "unreachable"
    usually_permanent = False


class OutcomeUnknown(SmsWorksError):
    """The request may have arrived, and no clear answer came back."""

    happened = "The SMS Works gave no clear answer."
    advice = ""
    own_code = "outcome_unknown"

    @property
    def what_was_done(self) -> str:
        return _PERHAPS_DONE[self.kind]

    @property
    def what_next(self) -> str:
        return _AFTER_DOUBT[self.kind]


class Refused(SmsWorksError):
    """The provider (or Textdesk, before asking it) said no."""

    happened = "The SMS Works refused this."
    advice = "Change it and try again."
    own_code = "refused"


class BadCredentials(Refused):
    """HTTP 401 or 403, or a token that cannot be one."""

    happened = "The API token was not accepted."
    advice = "An administrator can enter the right one under Account, Connection."
    own_code = "bad_credentials"
    usually_permanent = False


class NoToken(BadCredentials):
    """Nobody has entered a token yet."""

    happened = "Textdesk is not connected to The SMS Works yet: no token has been entered."
    own_code = "no_token"


class NotEnoughCredits(Refused):
    """HTTP 402."""

    happened = "There are not enough credits on the account for this."
    advice = "Buy credits, or choose fewer recipients or a shorter text, and try again."
    own_code = "not_enough_credits"
    usually_permanent = False

    @property
    def what_happened(self) -> str:
        # The provider's own words say the same once more.
        return self.happened


class InvalidRequest(Refused):
    """HTTP 400 or 422; `fields` holds what is wrong with which field."""

    happened = "Something in this is not accepted."
    advice = "Correct it and try again."
    own_code = "invalid_request"
    usually_permanent = True


class NotFound(Refused):
    """HTTP 404 for an id, or an id that cannot be one."""

    happened = "The SMS Works has no record with this id."
    advice = "Check the id; the record may have been deleted."
    own_code = "not_found"
    usually_permanent = True


class RateLimited(SmsWorksError):
    """HTTP 429: refused before anything was done."""

    happened = "The SMS Works is being asked too often."
    advice = "Try again in a minute."
    own_code = "rate_limited"
    usually_permanent = False

    @property
    def what_next(self) -> str:
        if self.retry_after is None:
            return self.advice
        return f"Try again in {max(1, round(self.retry_after))} seconds."


class ProviderFault(SmsWorksError):
    """HTTP 5xx to a look-up."""

    happened = "The SMS Works has a fault at its end."
    advice = "Try again in a few minutes."
    own_code = "provider_fault"
    usually_permanent = False


class BadReply(SmsWorksError):
    """An answer to a look-up that is in none of the known forms, too long, or a redirect."""

    happened = "The SMS Works gave an answer that Textdesk cannot read."
    advice = "Try again. If it goes on, have the provider's address in Textdesk's settings checked."
    own_code = "bad_reply"
