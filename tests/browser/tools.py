"""What the browser tests need from outside: a Chromium, and the one script that pages load from elsewhere."""

import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from webapp.config import ROOT
from webapp.web.htmx import HTMX_URL, HTMX_VERSION

CACHE = ROOT / ".cache"
# The headless shell comes first: a page in it costs a third of one in the whole browser.
SYSTEM_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# What the browser does without: first what Playwright asks for, since the last list is the one that counts.
# RenderDocument makes a new frame and view for each page that is opened, a seventh of what that takes.
FEATURES_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "PreconnectToSearch",
    "RenderDocument",
)
CHROMIUM_ARGUMENTS = (
    "--disable-gpu",
    f"--disable-features={','.join(FEATURES_OFF)}",
    # A new process for each page that is opened, and one to draw, would be a sixth of what the tests take.
    "--renderer-process-limit=1",
    "--in-process-gpu",
    # A page is there for a second: axe takes a quarter less if nothing is optimised for later.
    "--js-flags=--no-opt --no-maglev --single-threaded-gc",
    # No other name or address leads anywhere, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
FETCH_SECONDS = 60
INSTALL_SECONDS = 600


class Unavailable(Exception):
    """Neither this machine nor the network has what is needed; the text says what to do about it."""


def find_chromium(playwright: Playwright) -> Path:
    """The system's Chromium, else Playwright's own, fetched once into its cache. Raises Unavailable."""
    for name in SYSTEM_BROWSERS:
        if found := shutil.which(name):
            return Path(found)
    own = Path(playwright.chromium.executable_path)
    with _locked("chromium"):
        if not own.exists():
            _run([sys.executable, "-m", "playwright", "install", "chromium"], seconds=INSTALL_SECONDS)
    if not own.exists():
        raise Unavailable("there is no Chromium: install one, or run: python -m playwright install chromium")
    return own


def launch(playwright: Playwright) -> Browser:
    """A browser that reaches nothing but this machine. Raises Unavailable."""
    return playwright.chromium.launch(
        executable_path=find_chromium(playwright), args=list(CHROMIUM_ARGUMENTS)
    )


def htmx_script() -> bytes:
    """The file behind HTMX_URL, fetched once into the cache. Raises Unavailable."""
    kept = CACHE / f"htmx-{HTMX_VERSION}.min.js"
    with _locked("htmx"):
        if not kept.exists():
            partial = kept.with_suffix(".partial")
            partial.write_bytes(_htmx_from_npm() or _htmx_from_cdn())
            partial.replace(kept)
    return kept.read_bytes()


def _htmx_from_npm() -> bytes | None:
    """The same file out of the npm package: CDNs of npm serve packages unchanged."""
    with tempfile.TemporaryDirectory() as directory:
        package = f"htmx.org@{HTMX_VERSION}"
        if not _run(["npm", "pack", package, "--silent", "--pack-destination", directory]):
            return None
        with tarfile.open(Path(directory) / f"htmx.org-{HTMX_VERSION}.tgz") as archive:
            member = archive.extractfile("package/dist/htmx.min.js")
            return member.read() if member else None


def _htmx_from_cdn() -> bytes:
    try:
        with urllib.request.urlopen(HTMX_URL, timeout=FETCH_SECONDS) as response:  # noqa: S310 - https, ours
            return bytes(response.read())
    except (urllib.error.URLError, OSError) as error:
        raise Unavailable(f"htmx {HTMX_VERSION} could be had neither from npm nor from its CDN") from error


def _run(words: list[str], *, seconds: float = FETCH_SECONDS) -> bool:
    try:
        return subprocess.run(words, timeout=seconds, capture_output=True, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """One process at a time: test workers that start together fetch once."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def in_ci() -> bool:
    return bool(os.environ.get("CI"))
