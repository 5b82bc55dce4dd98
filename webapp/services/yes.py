"""What somebody says at the foot of a check page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Yes:
    """`user_id` says it, having read that `version`.

    `send_again`: the same words may go to the same people within a day. `in_quiet_hours`: they may be reached
    then.
    """

    user_id: int
    version: int
    send_again: bool = False
    in_quiet_hours: bool = False
