"""What every call to the provider's API goes through: counting, faults, authorization, reading its body."""

import json
from typing import Any

from flask import Blueprint, Response, g, request

from .refusals import Problem, Refusal, invalid
from .sandbox import current_sandbox
from .spoiling import reply_instead, spoil
from .switches import AuthFailureBody
from .tokens import is_current

OPEN_OPERATIONS = frozenset({"issue_token"})


def guard(blueprint: Blueprint) -> Blueprint:
    """Puts the calls of this blueprint through all of it."""
    blueprint.before_request(_count_and_fault)
    blueprint.before_request(_authorise)
    blueprint.after_request(_spoil_reply)
    return blueprint


def operation() -> str:
    """The name of the operation being called, which is the name of its view."""
    return (request.endpoint or "").rpartition(".")[2]


def route() -> str:
    """The path being called, as the provider's description writes it."""
    return request.path.removeprefix("/v1")


def json_body() -> Any:
    """Raises the Refusal of a body that is not JSON."""
    try:
        return json.loads(request.get_data(cache=False), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise invalid("body", route(), [Problem("INVALID_JSON", "The body is not JSON", ())]) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _count_and_fault() -> Response | None:
    sandbox = current_sandbox()
    sandbox.count_call(operation())
    g.fault = sandbox.faults.take(operation(), request.path)
    if g.fault is None or g.fault.comes_after:
        return None
    return reply_instead(g.fault, sandbox.sleep)


def _authorise() -> None:
    sandbox = current_sandbox()
    if operation() in OPEN_OPERATIONS:
        return
    with sandbox.store.reading() as db:
        if is_current(db, request.headers.get("Authorization", "")):
            return
    raise unauthorized()


def unauthorized() -> Refusal:
    switches = current_sandbox().switches
    as_text = switches.auth_failure_body is AuthFailureBody.TEXT
    return Refusal(switches.auth_failure_status, "Unauthorized" if as_text else {"message": "Unauthorized"})


def _spoil_reply(response: Response) -> Response:
    if g.fault is None or not g.fault.comes_after:
        return response
    return spoil(response, g.fault, current_sandbox().sleep)
