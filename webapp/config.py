"""Settings, read once from the environment; every wrong or missing one is named at once."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from phonenumbers import SUPPORTED_REGIONS

PROVIDER_URL = "https://api.thesmsworks.co.uk/v1"
ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"
SHORTEST_SECRET = 32
SHORTEST_WEBHOOK_SECRET = 20
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\]", re.ASCII)
_WEBHOOK_SECRET = re.compile(f"[A-Za-z0-9_-]{{{SHORTEST_WEBHOOK_SECRET},}}")


class SettingsError(ValueError):
    """`problems` says, in one line each, what is wrong and how to put it right."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("Textdesk cannot start:\n" + "\n".join(f"- {problem}" for problem in problems))


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """What hashing one password takes, so that guessing takes it too: RFC 9106's second recommendation."""

    passes: int = 3
    memory_kib: int = 65_536
    lanes: int = 4


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs; docs/operating.md describes each setting."""

    secret_key: str
    database: Path
    old_secret_keys: tuple[str, ...] = ()
    smsworks_url: str = PROVIDER_URL
    smsworks_token: str = ""
    timezone: ZoneInfo = ZoneInfo("Europe/London")
    country: str = "GB"
    public_url: str = ""
    webhook_secret: str = ""
    settle_seconds: float = 600
    inbox_seconds: float = 10
    provider_timeout_seconds: float = 30
    idle_minutes: float = 60
    https_only: bool = False
    proxies: int = 0
    hosts: tuple[str, ...] = ()
    password_cost: PasswordCost = PasswordCost()

    @property
    def is_live(self) -> bool:
        """True unless the provider is on this machine: anything further away may cost money."""
        return not _leads_to_this_machine(self.smsworks_url)

    @property
    def trusted_hosts(self) -> tuple[str, ...] | None:
        """The names that requests may ask for; None if any will do. The public address always will."""
        if not self.hosts:
            return None
        public = urlsplit(self.public_url).hostname
        return (*self.hosts, *((public,) if public else ()))

    @property
    def uploads(self) -> Path:
        """The private folder in which lists wait until they are sent or discarded."""
        return self.database.parent / "uploads"

    @property
    def delivery_report_url(self) -> str:
        """Where the provider posts what becomes of our texts; "" unless it can reach us and prove itself."""
        return self._webhook("delivery")

    @property
    def inbound_url(self) -> str:
        """Where the provider posts texts that come in; "" as above."""
        return self._webhook("inbound")

    def _webhook(self, kind: str) -> str:
        if not (self.public_url and self.webhook_secret):
            return ""
        return f"{self.public_url}/webhooks/{kind}/{self.webhook_secret}"

    @property
    def lease_seconds(self) -> float:
        """How long an attempt may take before its process counts as gone; longer than any call can last."""
        return self.provider_timeout_seconds * 1.5


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Raises SettingsError with every problem."""
    reader = _Reader(environment)
    settings = {
        "secret_key": reader.secret_key(),
        "old_secret_keys": reader.old_secret_keys(),
        "database": Path(reader.text("TEXTDESK_DATABASE", str(INSTANCE / "textdesk.db"))),
        "smsworks_url": reader.url("TEXTDESK_SMSWORKS_URL", PROVIDER_URL),
        "smsworks_token": reader.text("TEXTDESK_SMSWORKS_TOKEN", ""),
        "timezone": reader.timezone(),
        "country": reader.country(),
        "public_url": reader.url("TEXTDESK_PUBLIC_URL", ""),
        "webhook_secret": reader.webhook_secret(),
        "settle_seconds": reader.number("TEXTDESK_SETTLE_SECONDS", 600),
        "inbox_seconds": reader.number("TEXTDESK_INBOX_SECONDS", 10),
        "provider_timeout_seconds": reader.number("TEXTDESK_PROVIDER_TIMEOUT_SECONDS", 30),
        "idle_minutes": reader.number("TEXTDESK_IDLE_MINUTES", 60),
        "https_only": reader.switch("TEXTDESK_HTTPS_ONLY"),
        "proxies": reader.whole_number("TEXTDESK_PROXIES", 0, most=10),
        "hosts": reader.hosts(),
    }
    if reader.problems:
        raise SettingsError(reader.problems)
    return Settings(**settings)  # type: ignore[arg-type]


class _Reader:
    """Reads one setting at a time and collects what is wrong."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.problems: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self.environment.get(name, "").strip() or default

    def secret_key(self) -> str:
        key = self.text("TEXTDESK_SECRET_KEY", "")
        if len(key) < SHORTEST_SECRET:
            what = "is too short" if key else "is not set"
            self.problems.append(
                f"TEXTDESK_SECRET_KEY {what}: set it to {SHORTEST_SECRET} or more random characters, for "
                'example from: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        return key

    def old_secret_keys(self) -> tuple[str, ...]:
        keys = tuple(self.text("TEXTDESK_OLD_SECRET_KEYS", "").split())
        if any(len(key) < SHORTEST_SECRET for key in keys):
            self.problems.append(
                "TEXTDESK_OLD_SECRET_KEYS must hold former values of TEXTDESK_SECRET_KEY, "
                f"each of {SHORTEST_SECRET} or more characters, with spaces between them"
            )
        return keys

    def webhook_secret(self) -> str:
        """Part of an address, so of characters that need no escape there."""
        secret = self.text("TEXTDESK_WEBHOOK_SECRET", "")
        if secret and not _WEBHOOK_SECRET.fullmatch(secret):
            self.problems.append(
                f"TEXTDESK_WEBHOOK_SECRET must have {SHORTEST_WEBHOOK_SECRET} or more characters, "
                "of letters, digits, - and _ only"
            )
        return secret

    def hosts(self) -> tuple[str, ...]:
        names = tuple(self.text("TEXTDESK_HOSTS", "").replace(",", " ").lower().split())
        if not all(map(_HOST.fullmatch, names)):
            self.problems.append(
                "TEXTDESK_HOSTS must be names or addresses with spaces between them, such as "
                "texts.example.org, without http:// and without a port"
            )
        return names

    def url(self, name: str, default: str) -> str:
        url = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(url)
            # Reading a port that cannot be one raises ValueError.
            has_place = bool(parts.hostname) and parts.port != 0
            well_formed = not url or (parts.scheme in ("http", "https") and has_place)
        except ValueError:
            well_formed = False
        if not well_formed:
            self.problems.append(
                f"{name} is not a web address: it must start with http:// or https://, "
                "and a port must be a number up to 65535"
            )
        elif "@" in urlsplit(url).netloc:
            self.problems.append(f"{name} must not hold a name or password in front of an @")
        return url

    def number(self, name: str, default: float, *, least: float = 0.1, most: float = 1_000_000) -> float:
        text = self.text(name, str(default))
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            self.problems.append(f"{name} must be a number from {least:g} to {most:,.0f}")
        return value

    def whole_number(self, name: str, default: int, *, most: int) -> int:
        text = self.text(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= most):
            self.problems.append(f"{name} must be a whole number from 0 to {most}")
            return default
        return int(text)

    def switch(self, name: str) -> bool:
        text = self.text(name, "0").lower()
        if text not in ("0", "1", "true", "false"):
            self.problems.append(f"{name} must be 1 or 0")
        return text in ("1", "true")

    def timezone(self) -> ZoneInfo:
        name = self.text("TEXTDESK_TIMEZONE", "Europe/London")
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.problems.append(
                f"TEXTDESK_TIMEZONE is not a time zone: {name!r}; an example is Europe/London"
            )
            return ZoneInfo("UTC")

    def country(self) -> str:
        country = self.text("TEXTDESK_COUNTRY", "GB").upper()
        if country not in SUPPORTED_REGIONS:
            self.problems.append("TEXTDESK_COUNTRY must be the two-letter code of a country, such as GB")
        return country


@cache
def _leads_to_this_machine(url: str) -> bool:
    """Every page asks."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
