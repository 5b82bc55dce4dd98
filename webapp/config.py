"""Settings, read once from the environment; every wrong or missing one is named at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PROVIDER_URL = "https://api.thesmsworks.co.uk/v1"
ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"
SHORTEST_SECRET = 32


class SettingsError(ValueError):
    """`problems` says, in one line each, what is wrong and how to put it right."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("Textdesk cannot start:\n" + "\n".join(f"- {problem}" for problem in problems))


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs; docs/operating.md describes each setting."""

    secret_key: str
    database: Path
    smsworks_url: str = PROVIDER_URL
    smsworks_token: str = ""
    timezone: ZoneInfo = ZoneInfo("Europe/London")
    country: str = "GB"
    public_url: str = ""
    webhook_secret: str = ""
    settle_seconds: float = 600
    provider_timeout_seconds: float = 30
    idle_minutes: float = 60
    https_only: bool = False
    proxies: int = 0

    @property
    def is_live(self) -> bool:
        """True when texts cost money: the provider is the real one."""
        return urlsplit(self.smsworks_url).hostname == urlsplit(PROVIDER_URL).hostname

    @property
    def lease_seconds(self) -> float:
        """How long an attempt may take before its process counts as gone; longer than any call can last."""
        return self.provider_timeout_seconds * 1.5


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Raises SettingsError with every problem."""
    reader = _Reader(environment)
    settings = {
        "secret_key": reader.secret_key(),
        "database": Path(reader.text("TEXTDESK_DATABASE", str(INSTANCE / "textdesk.db"))),
        "smsworks_url": reader.url("TEXTDESK_SMSWORKS_URL", PROVIDER_URL),
        "smsworks_token": reader.text("TEXTDESK_SMSWORKS_TOKEN", ""),
        "timezone": reader.timezone(),
        "country": reader.country(),
        "public_url": reader.url("TEXTDESK_PUBLIC_URL", ""),
        "webhook_secret": reader.text("TEXTDESK_WEBHOOK_SECRET", ""),
        "settle_seconds": reader.number("TEXTDESK_SETTLE_SECONDS", 600),
        "provider_timeout_seconds": reader.number("TEXTDESK_PROVIDER_TIMEOUT_SECONDS", 30),
        "idle_minutes": reader.number("TEXTDESK_IDLE_MINUTES", 60),
        "https_only": reader.switch("TEXTDESK_HTTPS_ONLY"),
        "proxies": int(reader.number("TEXTDESK_PROXIES", 0, least=0)),
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

    def url(self, name: str, default: str) -> str:
        url = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(url)
            well_formed = not url or (parts.scheme in ("http", "https") and bool(parts.hostname))
        except ValueError:
            well_formed = False
        if not well_formed:
            self.problems.append(f"{name} is not a web address: it must start with http:// or https://")
        return url

    def number(self, name: str, default: float, *, least: float = 0.1) -> float:
        text = self.text(name, str(default))
        try:
            value = float(text)
        except ValueError:
            value = -1
        if not least <= value <= 1_000_000:
            self.problems.append(f"{name} must be a number, {least:g} or more")
        return value

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
        if len(country) != 2 or not country.isascii() or not country.isalpha():
            self.problems.append("TEXTDESK_COUNTRY must be a two-letter country code such as GB")
        return country
