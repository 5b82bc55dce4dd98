"""Setting up two-factor sign-in for oneself: begin, confirm with a code, recovery codes, off."""

from datetime import UTC, datetime

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp.account import blueprint
from webapp.account.builders_two_factor import build_two_factor, unconfirmed_secret
from webapp.account.forms_you import ConfirmCodeForm, PresentPasswordForm
from webapp.account.pages_two_factor import AccountRecoveryCodesPage
from webapp.store import two_factor
from webapp.store.connection import transaction
from webapp.store.users import User
from webapp.web import audit
from webapp.web.auth import opens_without_two_factor, signed_in_user
from webapp.web.context import database, keyring
from webapp.web.fragments import render
from webapp.web.security import limiter
from webapp.web.sign_in import GUESSES_FROM_ONE_ADDRESS, was_refused
from webapp.web.totp import find_step, new_recovery_codes, new_secret, plain_recovery_code


@blueprint.get("/you/two-factor", endpoint="two_factor")
@opens_without_two_factor
def show_two_factor() -> Response:
    return render(build_two_factor())


@blueprint.post("/you/two-factor/begin", endpoint="begin_two_factor")
@limiter.limit(GUESSES_FROM_ONE_ADDRESS, deduct_when=was_refused)
@opens_without_two_factor
def begin() -> Response:
    form = PresentPasswordForm()
    if not form.validate():
        return render(build_two_factor(password_form=form), status=422)
    user = signed_in_user()
    if user.two_factor_at:
        return redirect(url_for("account.two_factor"))
    two_factor.begin(database(), user.id, sealed_secret=keyring().seal(new_secret()))
    audit.record("began to set up two-factor sign-in", str(user.id), name=user.name)
    return redirect(url_for("account.two_factor"))


@blueprint.post("/you/two-factor/confirm", endpoint="confirm_two_factor")
@limiter.limit(GUESSES_FROM_ONE_ADDRESS, deduct_when=was_refused)
@opens_without_two_factor
def confirm() -> Response:
    """Answers with the recovery codes themselves: they are shown once and stored as hashes."""
    user, form = signed_in_user(), ConfirmCodeForm()
    if user.two_factor_at or not unconfirmed_secret(user):
        return redirect(url_for("account.two_factor"))
    if form.validate() and not _is_right(form, user):
        form.code.errors = ["This is not the code that the app shows now. Enter the next one."]
    if form.errors:
        return render(build_two_factor(confirm_form=form), status=422)
    codes = new_recovery_codes()
    with transaction(database()):
        plain = [plain_recovery_code(code) for code in codes]
        two_factor.switch_on(database(), user.id, recovery_codes=plain, now=datetime.now(UTC))
        audit.record("switched two-factor sign-in on", str(user.id), name=user.name)
    return render(AccountRecoveryCodesPage(codes))


@blueprint.post("/you/two-factor/codes", endpoint="renew_recovery_codes")
@limiter.limit(GUESSES_FROM_ONE_ADDRESS, deduct_when=was_refused)
def renew_codes() -> Response:
    """Answers with the codes, as `confirm` does."""
    user, form = signed_in_user(), PresentPasswordForm()
    if not form.validate():
        return render(build_two_factor(password_form=form), status=422)
    if not user.two_factor_at:
        return redirect(url_for("account.two_factor"))
    codes = new_recovery_codes()
    with transaction(database()):
        two_factor.replace_recovery_codes(database(), user.id, map(plain_recovery_code, codes))
        audit.record("made new recovery codes", str(user.id), name=user.name)
    return render(AccountRecoveryCodesPage(codes))


@blueprint.post("/you/two-factor/off", endpoint="end_two_factor")
@limiter.limit(GUESSES_FROM_ONE_ADDRESS, deduct_when=was_refused)
def switch_off() -> Response:
    """Also gives up what was begun and never confirmed."""
    user, form = signed_in_user(), PresentPasswordForm()
    if not form.validate():
        return render(build_two_factor(password_form=form), status=422)
    with transaction(database()):
        two_factor.switch_off(database(), user.id)
        audit.record("switched two-factor sign-in off", str(user.id), name=user.name)
    flash("Two-factor sign-in is off: your password alone signs you in.", "attention")
    return redirect(url_for("account.you"))


def _is_right(form: ConfirmCodeForm, user: User) -> bool:
    """The code that confirms is used up, as one that signs in."""
    step = find_step(unconfirmed_secret(user) or "", form.code.data or "", now=datetime.now(UTC))
    return step is not None and two_factor.accept_step(database(), user.id, step)
