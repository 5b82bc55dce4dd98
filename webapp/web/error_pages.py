"""The pages that say that something did not work: what happened, whether anything was sent, what to do."""

from dataclasses import dataclass, replace
from typing import ClassVar

GO_HOME = "Go to Home"


@dataclass(frozen=True, slots=True)
class ErrorMessage:
    """`happened`, whether anything was `charged` (None where nobody could think so), and what to do next.

    One that holds `until_signed_in` has an action that opens a new tab. `signed_out_step` is what to do next
    where there is no menu; then the action is to sign in. `tone` is "bad" where something is broken.
    `reference` finds the fault in the log.
    """

    title: str
    happened: str
    charged: str | None
    next_step: str
    action_label: str = GO_HOME
    action_url: str = "/"
    signed_out_step: str | None = None
    tone: str = "attention"
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
REFUSED_BY_PROVIDER = "The SMS provider refused that"
NO_ANSWER_FROM_PROVIDER = "The SMS provider gave no usable answer"

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
        "An administrator can change your role, under Account, Staff.",
    ),
    404: ErrorMessage(
        "There is nothing here",
        "The address is wrong, or what it led to has been removed.",
        None,
        "Use the menu to find what you were looking for.",
        signed_out_step="Sign in to find what you were looking for.",
    ),
    405: ErrorMessage(
        "That address works differently",
        "It was opened in a way it is not made for.",
        NOTHING_SENT,
        "Use the menu to start again.",
        signed_out_step="Sign in to start again.",
    ),
    409: ErrorMessage(
        "This has changed since you looked",
        "Somebody, perhaps you in another tab, has changed it meanwhile.",
        NOTHING_SENT,
        "Go back, reload the page and look again.",
    ),
    413: ErrorMessage(
        "That is too large",
        "What you sent is larger than Textdesk takes at once.",
        NOTHING_SENT,
        "Go back in your browser: what you typed is still there. Send less of it, then try again.",
    ),
    429: ErrorMessage(
        "Too many wrong attempts",
        "Too many wrong passwords, codes or links have come from your network within a minute.",
        None,
        "Wait a minute, then try again.",
    ),
    500: ErrorMessage(
        "Something went wrong in Textdesk",
        "This is a fault of ours, not of what you did.",
        "A text that was being sent is looked up before it could ever be sent again.",
        "Look under Messages to see what was sent before you repeat anything.",
        action_label="Open Messages",
        action_url="/messages",
        tone="bad",
    ),
}
FAULT_IN_LOOKING = replace(
    MESSAGES[500],
    charged=NOTHING_SENT,
    next_step="Try again. If it goes on, give your administrator the reference below.",
    action_label="Try again",
)
"""Where nothing could have been sent."""

RECORD_TROUBLE = ErrorMessage(
    "Textdesk cannot get at its record",
    "The file in which it keeps everything cannot be read or written just now.",
    "A text that was being sent is looked up before it could ever be sent again.",
    "Try again in a minute. If it goes on, tell an administrator.",
    tone="bad",
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
