"""A stand-in for The SMS Works, for tests, drills and the demo. See docs/sandbox.md."""

from .accepted import AcceptedText
from .app import create_sandbox
from .faults import ConnectionDropped, Fault, FaultKind, When
from .inbox import REPLY_NUMBER
from .sandbox import Sandbox
from .server import running, serve
from .switches import Switches
from .tokens import DEMO_KEY, DEMO_SECRET, DEMO_TOKEN
from .wire import CUSTOMER_ID

__all__ = [
    "CUSTOMER_ID",
    "DEMO_KEY",
    "DEMO_SECRET",
    "DEMO_TOKEN",
    "REPLY_NUMBER",
    "AcceptedText",
    "ConnectionDropped",
    "Fault",
    "FaultKind",
    "Sandbox",
    "Switches",
    "When",
    "create_sandbox",
    "running",
    "serve",
]
