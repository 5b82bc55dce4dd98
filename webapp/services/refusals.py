"""Why a draft does not go when somebody says yes to it. In every case nothing was sent."""


class DraftChanged(Exception):
    """The text was edited after this check page was shown: nothing was sent."""

    message = "This text was changed after you opened the page"


class PriceChanged(Exception):
    """The text would cost something else than was shown: nothing was sent."""

    message = "The price has changed since you opened the page"


class CannotBeSent(Exception):
    """What has changed since the text was written makes it impossible; `message` says what, in words."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class NeedsApproval(Exception):
    """It goes to more people than one person may decide about alone."""


class NotWaiting(Exception):
    """What was to be approved, sent back or withdrawn waits for that no more, or not like this."""


class InQuietHours(Exception):
    """It would reach people in the organisation's quiet hours and nobody has said that it may."""


class SameTextToday(Exception):
    """The same text went to some of these numbers within a day and nobody has said to send it again."""

    def __init__(self, numbers: tuple[str, ...]) -> None:
        self.numbers = numbers
        super().__init__(f"{len(numbers)} recipients")
