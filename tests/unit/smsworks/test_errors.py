import pickle

import pytest

from webapp.smsworks import errors
from webapp.smsworks.errors import (
    BadCredentials,
    BadReply,
    InvalidRequest,
    NotEnoughCredits,
    NotFound,
    NoToken,
    OutcomeUnknown,
    ProviderFault,
    RateLimited,
    Refused,
    SmsWorksError,
    Unreachable,
)
from webapp.smsworks.operations import OperationKind

ALL = (
    Unreachable,
    OutcomeUnknown,
    Refused,
    BadCredentials,
    NoToken,
    NotEnoughCredits,
    InvalidRequest,
    NotFound,
    RateLimited,
    ProviderFault,
    BadReply,
)


def test_the_tree_at_the_top_of_the_module_names_every_error() -> None:
    drawn = [line.split("── ")[1].split()[0] for line in (errors.__doc__ or "").splitlines() if "──" in line]
    assert drawn == [error.__name__ for error in ALL]


@pytest.mark.parametrize("error", ALL)
@pytest.mark.parametrize("kind", OperationKind)
def test_every_message_says_what_happened_what_was_done_and_what_to_do(
    error: type[SmsWorksError], kind: OperationKind
) -> None:
    sentences = error(kind=kind).user_message.split(". ")
    assert len(sentences) >= 3
    assert "  " not in error(kind=kind).user_message
    assert error(kind=kind).user_message.endswith(".")


@pytest.mark.parametrize("error", [one for one in ALL if one is not OutcomeUnknown])
def test_only_an_unknown_outcome_leaves_open_whether_it_was_sent(error: type[SmsWorksError]) -> None:
    assert "Nothing was sent or charged." in error(kind=OperationKind.SEND).user_message
    unknown = OutcomeUnknown(kind=OperationKind.SEND).user_message
    assert "may or may not have been sent and charged" in unknown
    assert "Do not send it again" in unknown


def test_the_provider_is_quoted_to_the_person_but_not_to_the_log() -> None:
    error = InvalidRequest(
        operation="send_message",
        kind=OperationKind.SEND,
        status=400,
        said="447400123456 cannot be reached with “Hello”",
        fields={"destination": ("447400123456",), "447400123456": ("Hello",), "3.content": ("Hello",)},
    )
    assert "447400123456 cannot be reached" in error.user_message
    logged = f"{error} {error!r} {error.log_context}"
    assert "447400" not in logged
    assert "Hello" not in logged
    assert error.log_context == {
        "error": "InvalidRequest",
        "operation": "send_message",
        "status": 400,
        "permanent": True,
        "fields": "destination,3.content",
    }


def test_what_the_provider_says_about_permanence_counts() -> None:
    assert NotEnoughCredits().permanent is False
    assert NotEnoughCredits(permanent=True).permanent is True
    assert InvalidRequest(permanent=False).permanent is False
    assert OutcomeUnknown().permanent is None


def test_the_code_is_the_providers_or_else_ours() -> None:
    assert Refused(provider_code="1234").code == "1234"
    assert NotFound().code == "not_found"
    assert len({error().code for error in ALL}) == len(ALL)


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, "in a minute"), (0.2, "in 1 seconds"), (61.6, "in 62 seconds")]
)
def test_a_rate_limit_says_when_to_try_again(seconds: float | None, said: str) -> None:
    assert said in RateLimited(retry_after=seconds).user_message


@pytest.mark.parametrize("error", ALL)
def test_errors_cross_process_boundaries_whole(error: type[SmsWorksError]) -> None:
    sent = error(operation="send_message", kind=OperationKind.SEND, status=402, said="no", retry_after=3)
    received = pickle.loads(pickle.dumps(sent))  # noqa: S301
    assert (str(received), received.user_message) == (str(sent), sent.user_message)
