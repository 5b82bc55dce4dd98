"""What comes along from Compose when too many numbers were typed there."""

from flask import flash, request

from webapp.messaging.words import join_and
from webapp.store.drafts import Delivery

_FIELDS = ("content", "sender", "when", "date", "time", "tag", "validity_minutes", "ttl_minutes", "ai")


def carried() -> dict[str, str]:
    """The fields of Compose in this request that the text of a batch has too."""
    found = {name: request.form[name] for name in _FIELDS if request.form.get(name)}
    if found.get("when") not in (None, Delivery.NOW, Delivery.LATER):
        del found["when"]
    return found


def say_what_is_left_behind() -> None:
    """What a batch cannot have is not dropped without a word."""
    typed = (
        ("flash texts", request.form.get("when") == Delivery.FLASH),
        ("e-mailed replies", bool(request.form.get("response_emails"))),
        ("metadata", any(name.startswith("metadata-") and value for name, value in request.form.items())),
    )
    if missing := [words for words, is_there in typed if is_there]:
        flash(f"A batch cannot have {join_and(missing)}: that has not come along.", "attention")
