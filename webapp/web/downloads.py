"""Files that are made while they are sent."""

from collections.abc import Iterator

from flask import Response, stream_with_context


def csv_download(chunks: Iterator[str], filename: str) -> Response:
    """A CSV file to be saved; `filename` is ours, never what somebody typed."""
    response = Response(stream_with_context(chunks), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
