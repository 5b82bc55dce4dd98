"""Asking an app for a page without a socket, and how long it takes to answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import thread_time

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app


@dataclass(frozen=True, slots=True)
class Ask:
    """A request of that person's; `status` is what it must be answered with. With a `form` it is posted."""

    path: str
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    person: str = "sam"


def timed(app: Flask, ask: Ask) -> tuple[float, bytes]:
    """The processor seconds of the request itself, without building what is asked; and the answer.

    Not by the clock: the machine may have other things to do.
    """
    path, _, query = ask.path.partition("?")
    builder = EnvironBuilder(
        path=path,
        query_string=query,
        method="GET" if ask.form is None else "POST",
        data=dict(ask.form) if ask.form else None,
        headers=dict(ask.headers),
    )
    environ = builder.get_environ()
    begun = thread_time()
    chunks, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    took = thread_time() - begun
    assert status.startswith(str(ask.status)), f"{ask.path} was answered {status}"
    return took, b"".join(chunks)
