"""The provider's API token as it stands in the Authorization header (docs/provider.md)."""

import re

from webapp.smsworks.errors import BadCredentials, NoToken

_SCHEMES = {"jwt", "bearer"}
_TOKEN = re.compile(r"[\x21-\x7e]+")


def authorization_header(token: str) -> str:
    """ "JWT eyJ..." from a token in any form people paste: with "JWT ", bare, with "Bearer ", over two lines.

    Raises NoToken if none is left, and BadCredentials if a character in it cannot stand in a header.
    """
    words = token.split()
    while words and words[0].lower() in _SCHEMES:
        words.pop(0)
    bare = "".join(words)
    if not bare:
        raise NoToken
    if not _TOKEN.fullmatch(bare):
        raise BadCredentials(said="it holds a strange character")
    return f"JWT {bare}"
