"""Names of attempts."""

import secrets
from datetime import UTC, datetime


def new_run() -> str:
    """A name for one attempt: sorts by time, and no two attempts share a stage path."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
