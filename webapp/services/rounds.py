"""One round of work over several texts, in which one that makes trouble holds up no other."""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from webapp.smsworks.errors import BadCredentials, RateLimited, SmsWorksError, Unreachable

Item = TypeVar("Item")

log = logging.getLogger("textdesk.work")


def do_each(
    items: Sequence[Item],
    do: Callable[[Item], object],
    *,
    put_off: Callable[[Item], None],
) -> None:
    """Do something at the provider for each item.

    What goes wrong with one item alone is logged, the item is put off, and the next one is done. When
    nobody can be served just now, all that is left is put off and the error is raised: each would only
    wait as long.
    """
    for position, item in enumerate(items):
        try:
            do(item)
        except (Unreachable, RateLimited, BadCredentials):
            for waiting in items[position:]:
                put_off(waiting)
            raise
        except SmsWorksError as error:
            log.info("one of a round put off: %s", error)
            put_off(item)
        except Exception:
            log.exception("one of a round failed")
            put_off(item)
