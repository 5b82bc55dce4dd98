"""The provider's refusals, in the bodies its published description gives them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NOT_ENOUGH_CREDITS_CODE = 402


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a request; path leads to the field, outermost first."""

    code: str
    message: str
    path: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "params": [], "path": list(self.path)}


class Refusal(Exception):
    """Ends a call with this HTTP status and body (an object, or plain text)."""

    def __init__(self, status: int, body: dict[str, Any] | str) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


def plain(status: int, message: str) -> Refusal:
    return Refusal(status, {"message": message})


def extended(status: int, message: str, *, code: int, state: str, permanent: bool) -> Refusal:
    body = {"message": message, "errorCode": code, "status": state, "permanent": permanent}
    return Refusal(status, body)


def not_enough_credits() -> Refusal:
    return extended(
        402,
        "There are not enough credits on this account to send this message",
        code=NOT_ENOUGH_CREDITS_CODE,
        state="REJECTED",
        permanent=True,
    )


def require_valid(parameter: str, route: str, problems: Sequence[Problem]) -> None:
    """Raises the Refusal of a validation error if there is any problem."""
    if problems:
        raise invalid(parameter, route, problems)


def invalid(parameter: str, route: str, problems: Sequence[Problem]) -> Refusal:
    """400 with the validation body: one error for the parameter, which holds one for each field."""
    error = {
        "code": "INVALID_REQUEST_PARAMETER",
        "errors": [problem.as_json() for problem in problems],
        "in": "body",
        "message": f"Invalid parameter ({parameter}): Value failed JSON Schema validation",
        "name": parameter,
        "path": ["paths", route, "post", "parameters", "0"],
    }
    return Refusal(400, {"message": "Validation errors", "errors": [error]})
