"""The pages that say that something did not work: what happened, whether anything was sent, what to do."""

from dataclasses import dataclass, replace
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ErrorMessage:
    """`happened`, whether anything was `charged` (None where nobody could think so), and what to do next.

    One that holds `until_signed_in` has an action that opens a new tab.
    `reference` finds the fault in the log.
    """

    title: str
    happened: str
    charged: str | None
    next_step: str
    action_label: str = "Home"
    action_url: str = "/"
    until_signed_in: bool = False
    reference: str | None = None


@dataclass(frozen=True)
class ErrorPage:
    template: ClassVar[str] = "errors/error.html"
    error: ErrorMessage


@dataclass(frozen=True)
class UnfinishedPage(ErrorPage):
    """A form that could not be taken: what was `typed` into it is shown, to be copied.

    `hidden`, all that was posted to `action`, is there only if it may be posted again as it is.
    """

    template: ClassVar[str] = "errors/unfinished.html"
    typed: tuple[tuple[str, str], ...]
    action: str
    hidden: tuple[tuple[str, str], ...]


NOTHING_SENT = "Nothing was sent or charged."

MESSAGES = {
    400: ErrorMessage(
        "That request could not be read",
        "Your browser sent something that Textdesk does not understand.",
        NOTHING_SENT,
        "Go back, reload the page and try again.",
    ),
    403: ErrorMessage(
        "You may not do that",
        "Your role does not allow it.",
        NOTHING_SENT,
        "Ask an administrator if you need it.",
    ),
    404: ErrorMessage(
        "There is nothing here",
        "The address is wrong, or what it led to has been removed.",
        None,
        "Use the menu to find what you were looking for.",
    ),
    405: ErrorMessage(
        "That address works differently",
        "It was opened in a way it is not made for.",
        NOTHING_SENT,
        "Use the menu to start again.",
    ),
    409: ErrorMessage(
        "This has changed since you looked",
        "Somebody, perhaps you in another tab, has changed it meanwhile.",
        NOTHING_SENT,
        "Go back, reload the page and look again.",
    ),
    413: ErrorMessage(
        "That is too long",
        "What you sent is larger than Textdesk takes at once.",
        NOTHING_SENT,
        "Go back in your browser: what you typed is still there. Shorten it, then try again.",
    ),
    429: ErrorMessage(
        "Too many attempts",
        "Textdesk has been asked too often from here.",
        NOTHING_SENT,
        "Wait a minute, then try again.",
    ),
    500: ErrorMessage(
        "Something went wrong in Textdesk",
        "This is a fault of ours, not of what you did.",
        "A text that was being sent is looked up before it could ever be sent again.",
        "Look under Messages to see what was sent before you repeat anything.",
    ),
}

RECORD_TROUBLE = ErrorMessage(
    "Textdesk cannot get at its record",
    "The file in which it keeps everything cannot be read or written just now.",
    "A text that was being sent is looked up before it could ever be sent again.",
    "Try again in a minute. If it goes on, tell an administrator.",
)
FORM_EXPIRED = ErrorMessage(
    "This form has expired",
    "You signed in or out since the page was opened.",
    NOTHING_SENT,
    "Copy what you typed, open the page again and do it there.",
)
SIGNED_OUT = ErrorMessage(
    "You are signed out",
    "You were away for a while, or signed out in another tab.",
    NOTHING_SENT,
    "Sign in in a new tab, then go on here.",
    action_label="Sign in in a new tab",
    action_url="/sign-in",
    until_signed_in=True,
)
SIGNED_OUT_FOR_GOOD = replace(
    SIGNED_OUT,
    next_step="Sign in in a new tab and do it again there; copy what you typed from here.",
)
SIGNED_OUT_ALERT = ErrorMessage(
    "You are signed out",
    "You are signed out.",
    None,
    "Sign in in a new tab, then go on here: nothing typed is lost.",
    action_label="Sign in in a new tab",
    action_url="/sign-in",
    until_signed_in=True,
)
TWO_FACTOR_WANTED = ErrorMessage(
    "Set up two-factor sign-in first",
    "Your organisation wants two-factor sign-in of your role, and you have not set it up yet.",
    NOTHING_SENT,
    "Set it up under Account, You, then do this again; copy what you typed from here.",
    action_label="Set it up",
    action_url="/account/you/two-factor",
)
