"""The `flask --app wsgi users ...` commands: for whoever has the machine and perhaps nobody to sign in as.

They may do what no page does, such as disabling the last administrator; each is in the audit trail.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click
from flask.cli import AppGroup
from sqlite_utils import Database

from webapp.cli_setup import open_record, usable_settings
from webapp.config import PasswordCost
from webapp.store import audit, password_links, two_factor, users
from webapp.store.password_links import LINK_DAYS
from webapp.store.users import LONGEST_NAME, NameTaken, Role, User
from webapp.web.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, hash_password

users_group = AppGroup("users", help="Add, list, change and disable staff, and let them set a password.")
_ROLES = click.Choice([role.value for role in Role])


def _password_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)(command)


@users_group.command("add", help="Add a member of staff.")
@click.argument("name")
@click.option("--role", type=_ROLES, default=Role.VIEWER.value)
@_password_option
def add_user(name: str, role: str, password: str) -> None:
    name = name.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise click.ClickException(f"A name must have 1 to {LONGEST_NAME} letters that can be printed.")
    db = open_record()
    try:
        user = users.add_user(
            db, name=name, role=Role(role), password_hash=_hash(password), now=datetime.now(UTC)
        )
    except NameTaken as error:
        raise click.ClickException(f"There is a member of staff called {name} already.") from error
    _record(db, "added a member of staff", user, role=role)
    click.echo(f"Added {name} ({role}).")


@users_group.command("list", help="List the staff.")
def list_users() -> None:
    for user in users.list_users(open_record()):
        click.echo(f"{user.name}\t{user.role}\t{'disabled' if user.disabled_at else 'active'}")


@users_group.command("disable", help="Stop someone from signing in, at once.")
@click.argument("name")
def disable_user(name: str) -> None:
    db = open_record()
    user = _find_user(db, name)
    users.disable_user(db, user.id, now=datetime.now(UTC))
    _record(db, "disabled a member of staff", user)
    click.echo(f"Disabled {name}.")


@users_group.command("enable", help="Let someone who was disabled sign in again.")
@click.argument("name")
def enable_user(name: str) -> None:
    db = open_record()
    user = _find_user(db, name)
    users.enable_user(db, user.id)
    _record(db, "enabled a member of staff", user)
    click.echo(f"{name} may sign in again.")


@users_group.command("set-role", help="Give someone another role; a lesser one signs them out.")
@click.argument("name")
@click.argument("role", type=_ROLES)
def set_role(name: str, role: str) -> None:
    db = open_record()
    user = _find_user(db, name)
    users.set_role(db, user.id, Role(role))
    _record(db, "changed a role", user, before={"role": user.role}, after={"role": role})
    click.echo(f"{name} is {role} from now on.")


@users_group.command("set-password", help="Give someone a new password and sign them out everywhere.")
@click.argument("name")
@_password_option
def set_password(name: str, password: str) -> None:
    db = open_record()
    user = _find_user(db, name)
    users.set_password(db, user.id, password_hash=_hash(password), now=datetime.now(UTC))
    _record(db, "set a password", user)
    click.echo(f"{name} has a new password and may sign in with it at once.")


@users_group.command("link", help="Make a link with which someone sets their own password, once.")
@click.argument("name")
def make_link(name: str) -> None:
    db = open_record()
    user = _find_user(db, name)
    if user.disabled_at:
        raise click.ClickException(f"{name} is disabled: flask --app wsgi users enable {name}")
    token = password_links.make_link(db, user.id, now=datetime.now(UTC))
    _record(db, "made a link to set a password", user)
    click.echo(f"Works once, within {LINK_DAYS} days, for whoever has it:")
    click.echo(f"{usable_settings().public_url or 'https://YOUR-TEXTDESK'}/set-password/{token}")


@users_group.command("reset-two-factor", help="Let someone who has lost their phone sign in without it.")
@click.argument("name")
def reset_two_factor(name: str) -> None:
    db = open_record()
    user = _find_user(db, name)
    two_factor.switch_off(db, user.id)
    _record(db, "switched two-factor sign-in off", user)
    click.echo(f"{name} signs in with the password alone from now on.")


def _find_user(db: Database, name: str) -> User:
    user = users.find_user(db, name)
    if user is None:
        raise click.ClickException(f"Nobody on the staff is called {name}.")
    return user


def _hash(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise click.ClickException(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    return hash_password(password, cost=PasswordCost())


def _record(db: Database, action: str, user: User, **details: object) -> None:
    about = {"name": user.name, **details}
    audit.record_command(db, action, str(user.id), now=datetime.now(UTC), **about)
